import { deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import type { Exchange, Reply } from "./exchange.ts";
import { GatewayFailure } from "./failure.ts";

/** A body that decompresses beyond the size limit counts as one that was sent at that size. */
const MAX_UNPACKED = 10_485_760;

/**
 * Compresses a response that is large enough and not compressed yet, for a client that accepts it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
 */
export function compress(reply: Reply, exchange: Exchange): Reply {
  const minimum = exchange.stage.definition.minimumCompressionSize;
  if (minimum === undefined || reply.body.length === 0 || Buffer.byteLength(reply.body) < minimum) return reply;
  if (reply.headers.some((name, i) => i % 2 === 0 && /^content-encoding$/i.test(name))) return reply;
  const encoding = accepted(exchange.header("accept-encoding"));
  if (encoding === undefined) return reply;
  const body = encoding === "gzip" ? gzipSync(reply.body) : deflateSync(reply.body);
  return { ...reply, headers: [...reply.headers, "Content-Encoding", encoding], body };
}

/**
 * A request's body as the integration gets it: decompressed, whether or not the API compresses its responses.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
 * @throws GatewayFailure 415 for a coding other than gzip and deflate, or a body that does not match its coding.
 */
export function decompress(exchange: Exchange): void {
  const { body } = exchange;
  const encoding = exchange.header("content-encoding")?.toLowerCase();
  if (body === undefined || encoding === undefined || encoding === "identity") return;
  const unpack = { gzip: gunzipSync, deflate: inflateSync }[encoding];
  if (!unpack) throw new GatewayFailure("UNSUPPORTED_MEDIA_TYPE", undefined, { logged: `content coding ${encoding}` });
  try {
    exchange.body = unpack(body, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw new GatewayFailure("REQUEST_TOO_LARGE");
    throw new GatewayFailure("UNSUPPORTED_MEDIA_TYPE", undefined, { logged: `the body is not ${encoding}` });
  }
  exchange.unpacked = true;
}

function accepted(header: string | undefined): "gzip" | "deflate" | undefined {
  if (header === undefined) return undefined;
  const wanted = new Map(
    header.split(",").map((part) => {
      const [name = "", ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters.map((text) => text.trim()).find((text) => text.startsWith("q="));
      return [name.trim(), quality ? Number(quality.slice(2)) : 1] as const;
    }),
  );
  const quality = (name: string) => wanted.get(name) ?? wanted.get("*") ?? 0;
  const best = quality("gzip") >= quality("deflate") ? "gzip" : "deflate";
  return quality(best) > 0 ? best : undefined;
}
