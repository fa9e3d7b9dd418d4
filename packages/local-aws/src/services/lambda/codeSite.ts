/**
 * Where the code of functions and layers is downloaded: addresses that are good for ten minutes, for whoever has one, as
 * AWS's presigned ones are. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type HttpSite, jsonReply, writeReply } from "../../http/site.ts";
import type { Packages } from "./packages.ts";

const lifetime = 10 * 60_000;

export class CodeSite implements HttpSite {
  readonly #packages: Pick<Packages, "archive">;
  readonly #origin: () => string;
  readonly #path: string;
  /** Addresses are those of this run: they are short-lived anyway. */
  readonly #key = randomBytes(32);

  /** @param region each has a site of its own. */
  constructor(packages: Pick<Packages, "archive">, region: string, origin: () => string) {
    this.#packages = packages;
    this.#origin = origin;
    this.#path = `/_aws/lambda-code/${region}/`;
  }

  /** @param id of a package. */
  url(id: string): string {
    const expires = Date.now() + lifetime;
    return `${this.#origin()}${this.#path}${id}.zip?Expires=${expires}&Signature=${this.#sign(id, expires).toString("hex")}`;
  }

  owns(_host: string, path: string): boolean {
    return path.startsWith(this.#path);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const { pathname, searchParams } = new URL(request.url as string, "http://code");
    const id = /^([0-9a-f]{64})\.zip$/.exec(pathname.slice(this.#path.length))?.[1];
    const expires = Number(searchParams.get("Expires"));
    const given = Buffer.from(searchParams.get("Signature") ?? "", "hex");
    if (id === undefined || !this.#isSigned(id, expires, given) || expires < Date.now()) {
      return writeReply(response, jsonReply(403, { message: "Request has expired, or its signature is not valid" }));
    }
    const file = this.#packages.archive(id);
    const found = await stat(file).catch(() => undefined);
    if (!found) return writeReply(response, jsonReply(404, { message: "The code is no longer there" }));
    response.writeHead(200, { "Content-Type": "application/zip", "Content-Length": found.size });
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(file), response);
  }

  #sign(id: string, expires: number): Buffer {
    return createHmac("sha256", this.#key).update(`${id} ${expires}`).digest();
  }

  #isSigned(id: string, expires: number, given: Buffer): boolean {
    const expected = this.#sign(id, expires);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
