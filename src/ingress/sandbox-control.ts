import { Failure } from '../domain/failure.ts';
import type { Http } from '../platform/http.ts';
import { makeInvalid, makeRefusal } from './problem.ts';

/** The control API of the partner simulators that run beside us. */
export interface SandboxControl {
  /**
   * What it answers, as JSON; null for nothing. What it says of a body is passed on.
   * @throws `request.invalid`, `sandbox.failed`
   */
  call(method: 'GET' | 'POST' | 'DELETE', path: `/${string}`, body?: unknown): Promise<unknown>;
}

const replyBytesMax = 1024 * 1024;

export const createSandboxControl = (http: Http, baseUrl: string): SandboxControl => ({
  async call(method, path, body) {
    const url = `${baseUrl}/_sandbox${path}`;
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const reply = await http
      .request({ method, url, replyBytesMax, ...(body === undefined ? {} : json) })
      .catch((thrown: unknown) => {
        throw thrown instanceof Failure ? makeRefusal('sandbox.failed', 'the sandbox does not answer') : thrown;
      });
    const text = reply.text();
    if (reply.status < 300) return text === '' ? null : JSON.parse(text);
    if (reply.status < 500) throw makeInvalid([{ code: 'field.value', detail: text.slice(0, wordsMax), pointer: '' }]);
    throw makeRefusal('sandbox.failed', `the sandbox answered ${reply.status}`);
  },
});
const wordsMax = 500;
