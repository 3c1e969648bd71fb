import type { html } from 'hono/html';
import * as z from 'zod';
import type { Merchant } from '../store/merchants.ts';
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
  request(form: Readonly<Record<string, string>>, params: Readonly<Record<string, string>>): ApiRequest;
  /** What is said when it was done. */
  done: string | ((answer: unknown) => string);
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
  /** The form of one of its acts, or a word on who may do it. */
  form: (act: Act, parts?: FormParts) => Html;
}
export type MerchantPageCall<P, Q> = PageCall<P, Q> & { merchant: Merchant };

/** What a page shows. */
export interface View {
  title: string;
  body: Html;
  /** It is asked for again every so many seconds, and changed in place. */
  refreshSeconds?: number;
  /** A page that shows it better. */
  redirect?: string;
}

interface Declaration<P, Q> {
  /** Below `/ops`, or below `/ops/m/:merchantId`. */
  path: string;
  role: Role;
  /** Its word in the menu. */
  menu?: string;
  params?: z.ZodType<P>;
  /** What does not fit it is left away: a link from yesterday still opens. */
  query?: z.ZodType<Q>;
  /** Every route of the API that it reads. */
  reads: readonly Operation[];
  acts?: readonly Act[];
}

export interface Page extends Omit<Declaration<unknown, unknown>, 'params' | 'query'> {
  acts: readonly Act[];
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
    isAboutMerchant,
    async show(call, merchant) {
      const given = params.safeParse(call.params);
      if (!given.success) return null;
      const asked = query.safeParse(call.query);
      return view({ ...call, params: given.data, query: asked.success ? asked.data : query.parse({}) }, merchant);
    },
  };
}
