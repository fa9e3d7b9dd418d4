/** The AWS endpoint: one loopback server for every service, found by the service in the signature's scope. */
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import type { Directory } from "../iam/directory.ts";
import type { Cloud, Service } from "../service.ts";

export interface FrontOptions {
  cloud: Cloud;
  services: ReadonlyMap<string, Service>;
  directory: Directory;
  /** 0 takes a free one. */
  port: number;
}

export interface Front {
  /** `http://127.0.0.1:4566` */
  origin: string;
  /** From now on requests are answered; those that came before have waited. */
  open(): void;
  close(): Promise<void>;
}

export async function createFront({ port }: FrontOptions): Promise<Front> {
  const server = Fastify();
  await server.listen({ host: "127.0.0.1", port });
  const { port: taken } = server.server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${taken}`, open() {}, close: () => server.close() };
}
