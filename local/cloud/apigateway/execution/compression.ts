import { deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import type { Exchange, Reply } from "./exchange.ts";

/**
 * Compresses a response that is large enough and not compressed yet, for a caller who accepts it.
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

/** A request's body as the integration gets it: decompressed when the API has compression on at all. */
export function decompress(exchange: Exchange): Buffer | undefined {
  const { body } = exchange;
  const encoding = exchange.header("content-encoding")?.toLowerCase();
  if (body === undefined || encoding === undefined || exchange.stage.definition.minimumCompressionSize === undefined) {
    return body;
  }
  const limits = { maxOutputLength: 10_485_760 };
  if (encoding === "gzip") return gunzipSync(body, limits);
  return encoding === "deflate" ? inflateSync(body, limits) : body;
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
