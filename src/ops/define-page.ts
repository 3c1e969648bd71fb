import type { html } from 'hono/html';
import * as z from 'zod';
import type { Merchant } from '../store/merchants.ts';
import type { Problem } from '../ingress/problem.ts';
import type { Role, User } from '../store/users.ts';
import type { Api, ApiRequest, Operation } from './api.ts';
import type { FormParts } from './act-form.ts';

/** What a template makes: what was put into it is escaped. */
export type Html = ReturnType<typeof html>;

/** Something that can be done on a page: a form, posted to the page's path and the act's name, which is one call of the API. */
export interface Act {
  /** Of the page, in its path. */
  name: string;
  role: Role;
  /** The route that does it: whatever the console can do, the API can. */
  uses: Operation;
  label: string;
  /** Its form ends with a file, `file`, which the route is given as it arrives; the other fields stand before it. */
  takesFile?: true;
  /** `user` is who acts now, whoever the page was made for. */
  request(
    form: Readonly<Record<string, string>>,
    params: Readonly<Record<string, string>>,
    user: Pick<User, 'name'>,
  ): ApiRequest;
  /** What is said when it was done; `wrong` where what was done showed that something is. */
  done: string | ((answer: unknown) => string | { wrong: string });
  /** Another page that is opened then, below the merchant's (`/runs/…`). */
  next?: (answer: unknown, params: Readonly<Record<string, string>>) => string;
  /**
   * Shown in place of `done`, above the page and this once: a secret, which goes into no cookie, or a plan. No address leads
   * back to it.
   */
  shows?: (
    answer: unknown,
    call: Pick<PageCall<unknown, unknown>, 'form' | 'nowMs' | 'path'>,
    filled: Readonly<Record<string, string>>,
  ) => Html;
}

/** What the API would not do, and what the form was filled in with. */
export interface Refusal {
  act: string;
  form: Readonly<Record<string, string>>;
  problem: Problem;
}

/** Something of the API's that has no end or no bounds, below the page's path: given on as it comes. */
export interface Stream {
  name: string;
  /** One of what the page reads. */
  uses: Operation;
  request(params: Readonly<Record<string, string>>, query: Readonly<Record<string, string>>): ApiRequest;
  /** Of server-sent events: the piece of the page that each one is sent as; `path` is the page's. */
  showEvent?: (data: unknown, path: string) => Html;
}

/** What a page is made from. */
export interface PageCall<P, Q> {
  user: User;
  /** All of them, by the order in which they were made. */
  merchants: readonly Merchant[];
  params: P;
  query: Q;
  api: Api;
  nowMs: number;
  /** The path of this page, for its links to itself. */
  path: string;
  /** Of an act that was just refused. */
  refusal?: Refusal | undefined;
  /** The form of one of its acts, or a word on who may do it. */
  form: (act: Act, parts?: FormParts) => Html;
}
export type MerchantPageCall<P, Q> = PageCall<P, Q> & { merchant: Merchant };

/** What a page shows. */
export interface View {
  title: string;
  body: Html;
  /**
   * It is asked for again every so many seconds, and changed in place; and made once for all who have the same role, so that of
   * the user nothing else is shown.
   */
  refreshSeconds?: number;
  /** A page that shows it better. */
  redirect?: string;
  /** It has something that is fed by server-sent events. */
  isFed?: boolean;
}

interface Declaration<P, Q> {
  /** Below `/ops`, or below `/ops/m/:merchantId`. */
  path: string;
  role: Role;
  /** Its word in the menu. */
  menu?: string;
  /** Of a page without one: which word is marked, where it is not that of the page that it lies below. */
  under?: string;
  params?: z.ZodType<P>;
  /** What does not fit it is left away: a link from yesterday still opens. */
  query?: z.ZodType<Q>;
  /** Every route of the API that it reads. */
  reads: readonly Operation[];
  acts?: readonly Act[];
  streams?: readonly Stream[];
  /** Only there where the partner simulators run. */
  ofSandbox?: true;
}

export interface Page extends Omit<Declaration<unknown, unknown>, 'params' | 'query'> {
  acts: readonly Act[];
  streams: readonly Stream[];
  isAboutMerchant: boolean;
  /** Null when the parameters fit nothing that there could be. */
  show(call: PageCall<Record<string, string>, Record<string, string>>, merchant: Merchant | null): Promise<View | null>;
}

/** A page about one merchant: the one in its path. */
export const definePage = <P, Q>(
  declaration: Declaration<P, Q> & { view: (call: MerchantPageCall<P, Q>) => Promise<View> },
): Page =>
  makePage(declaration, true, async (call, merchant) =>
    merchant === null ? null : declaration.view({ ...call, merchant }),
  );

/** A page about the installation. */
export const defineGlobalPage = <P, Q>(
  declaration: Declaration<P, Q> & { view: (call: PageCall<P, Q>) => Promise<View> },
): Page => makePage(declaration, false, (call) => declaration.view(call));

function makePage<P, Q>(
  declaration: Declaration<P, Q>,
  isAboutMerchant: boolean,
  view: (call: PageCall<P, Q>, merchant: Merchant | null) => Promise<View | null>,
): Page {
  const { params = z.custom<P>(), query = z.custom<Q>() } = declaration;
  return {
    ...declaration,
    acts: declaration.acts ?? [],
    streams: declaration.streams ?? [],
    isAboutMerchant,
    async show(call, merchant) {
      const given = params.safeParse(call.params);
      if (!given.success) return null;
      const asked = query.safeParse(call.query);
      return view({ ...call, params: given.data, query: asked.success ? asked.data : query.parse({}) }, merchant);
    },
  };
}
