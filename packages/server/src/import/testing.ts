// For tests of this package only.
import { type ImportAnswer, importAnswer, problem } from '@kilowink/api';
import { TruthSite } from '../truth/testing.ts';

/** A server on a store of its own, and an administrator who gives it files. */
export class ImportSite implements AsyncDisposable {
  readonly site: TruthSite;
  readonly #cookie: string;

  private constructor(site: TruthSite, cookie: string) {
    this.site = site;
    this.#cookie = cookie;
  }

  static async open(): Promise<ImportSite> {
    const site = await TruthSite.open();
    await site.login();
    const response = await fetch(`${site.server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ password: 'correct horse' }),
    });
    return new ImportSite(site, (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  }

  /** The answer to a file, whatever it is. */
  send(query: Readonly<Record<string, string>>, body: RequestInit['body']): Promise<Response> {
    return fetch(`${this.site.server.url}/api/v1/imports?${new URLSearchParams(query)}`, {
      method: 'POST',
      headers: { cookie: this.#cookie, connection: 'close' },
      body: body ?? null,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit);
  }

  /** What a file is understood as; with `write` it is taken in. */
  async take(
    name: string,
    content: string | Uint8Array<ArrayBuffer>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ImportAnswer> {
    return importAnswer.parse(await (await this.send({ name, ...more }, content)).json());
  }

  /** Why a file is refused. */
  async refusal(name: string, content: RequestInit['body']): Promise<{ code: string; detail: string }> {
    const { code, detail } = problem.parse(await (await this.send({ name }, content)).json());
    return { code, detail };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
  }
}
