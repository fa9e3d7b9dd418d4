import type { PatchOperation, VpcLink as VpcLinkShape } from "@aws-sdk/client-api-gateway";
import type { VpcLink } from "../model.ts";
import { applyPatch, only, property } from "../patch.ts";
import { badRequest, newId, notFound, pageOf, type Records } from "../records.ts";
import { withoutEmpty } from "./describe.ts";
import type { Handlers } from "./handlers.ts";

/** Links to load balancers of a VPC. */
export function vpcLinkOperations(records: Records): Handlers {
  const find = (id: string): VpcLink => {
    const found = records.vpcLinks.get(id);
    if (!found) throw notFound("Invalid Vpc Link identifier specified");
    return found;
  };
  return {
    CreateVpcLink(input) {
      const { name, description, targetArns = [], tags = {} } = input;
      if (!name) throw badRequest("Name cannot be empty");
      for (const arn of targetArns) {
        if (!/^arn:aws[\w-]*:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/net\/.+$/.test(arn)) {
          throw badRequest(`Invalid ARN. ARN is not well formed ${arn}`);
        }
      }
      const link: VpcLink = { id: newId(), name, targetArns, tags, ...(description && { description }) };
      records.vpcLinks.put(link.id, link);
      return withoutEmpty({ ...link, status: "PENDING" }, "tags");
    },
    GetVpcLink: (input: { vpcLinkId: string }) => describe(find(input.vpcLinkId)),
    GetVpcLinks(input) {
      const found = pageOf(records.vpcLinks.values(), input, ({ id }) => id);
      return { ...found, items: found.items.map((link) => withoutEmpty(describe(link), "tags")) };
    },
    UpdateVpcLink(input: { vpcLinkId: string; patchOperations?: PatchOperation[] }) {
      const link = applyPatch(find(input.vpcLinkId), input.patchOperations, {
        "/name": only(["replace"], (target, { value }) => {
          if (!value) throw badRequest("Name cannot be empty");
          target.name = value;
        }),
        "/description": property("description"),
      });
      records.vpcLinks.put(link.id, link);
      return describe(link);
    },
    DeleteVpcLink(input: { vpcLinkId: string }) {
      const { id } = find(input.vpcLinkId);
      const used = records.apis
        .values()
        .find(({ definition }) =>
          Object.values(definition.resources).some(({ resourceMethods }) =>
            Object.values(resourceMethods).some(({ methodIntegration }) => methodIntegration?.connectionId === id),
          ),
        );
      if (used)
        throw badRequest(
          `Cannot delete vpc link. Vpc link '${id}', is referenced in [ANY] in format of [Method:Resource]`,
        );
      records.vpcLinks.delete(id);
      return {};
    },
  };
}

const describe = (link: VpcLink): VpcLinkShape => ({
  ...link,
  status: "AVAILABLE",
  statusMessage: "Your vpc link is ready for use",
});
