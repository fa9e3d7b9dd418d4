import assert from "node:assert/strict";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import sourceProto from "@pulumi/pulumi/proto/source_pb.js";
import { positionOf } from "../../src/engine/goalFromRequest.ts";

describe("Where a program asks for a resource", () => {
  /** @param frames `path:line` of its stack, the innermost first; a frame without a position is empty. */
  const position = (...frames: string[]): string | undefined => {
    const request = new resourceProto.RegisterResourceRequest();
    const list = frames.map((frame) => {
      const [uri, line] = frame.split("#");
      const pc = new sourceProto.SourcePosition().setUri(uri!).setLine(Number(line));
      return frame ? new sourceProto.StackFrame().setPc(pc) : new sourceProto.StackFrame();
    });
    request.setStacktrace(new sourceProto.StackTrace().setFramesList(list));
    return positionOf(request, "/home/me/shop");
  };

  it("is the first line of its stack that is its own", () => {
    const sdk = "file:///home/me/shop/node_modules/@pulumi/aws/sqs/queue.js#80";
    assert.equal(
      position(sdk, "file:///home/me/shop/parts/queue.ts#3", "file:///home/me/shop/index.ts#7"),
      "parts/queue.ts:3",
    );
    // An ES module's URL, which the SDK takes for a path.
    assert.equal(position(sdk, "file:///home/me/shop/file:/home/me/shop/index.ts#7"), "index.ts:7");
  });

  it("is none of a package, or of another folder", () => {
    const host = "file:///opt/engine/node_modules/@pulumi/cmd/run/run.ts#523";
    assert.equal(position("", "", host, "file:///home/me/shop/node_modules/@pulumi/resource.ts#16"), undefined);
    assert.equal(position(), undefined);
  });
});
