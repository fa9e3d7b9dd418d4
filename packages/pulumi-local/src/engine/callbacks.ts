import grpc from "@grpc/grpc-js";
import callbackGrpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackProto from "@pulumi/pulumi/proto/callback_pb.js";
import type { Message } from "google-protobuf";
import { sdkAddress } from "./sockets.ts";

/** A function of the program's that the engine may call, as the program registered it. */
export type Callback = callbackProto.Callback.AsObject;

/** Calls functions of the running program (transforms, hooks) through the server that its SDK opened for them. */
export class Callbacks {
  readonly #clients = new Map<string, InstanceType<typeof callbackGrpc.CallbacksClient>>();

  /**
   * @param read deserializes the function's answer.
   * @throws what the function threw, as an Error with its message.
   */
  async call<Response>(callback: Callback, request: Message, read: (bytes: Uint8Array) => Response): Promise<Response> {
    const message = new callbackProto.CallbackInvokeRequest();
    message.setToken(callback.token);
    message.setRequest(request.serializeBinary());
    const response = await new Promise<callbackProto.CallbackInvokeResponse>((resolve, reject) => {
      this.#client(callback.target).invoke(
        message,
        (error: grpc.ServiceError | null, answer: callbackProto.CallbackInvokeResponse) =>
          error ? reject(new Error(error.details || error.message)) : resolve(answer),
      );
    });
    return read(response.getResponse_asU8());
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(target: string) {
    let client = this.#clients.get(target);
    if (!client) {
      client = new callbackGrpc.CallbacksClient(
        sdkAddress(target.replace(/^127\.0\.0\.1:/, "")),
        grpc.credentials.createInsecure(),
      );
      this.#clients.set(target, client);
    }
    return client;
  }
}
