import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList } from "../tags.ts";

interface Described {
  Url: string;
  ClientIDList: string[];
  ThumbprintList: string[];
}

export function openIdConnectProviderType(cloud: Cloud): ResourceType {
  const iam = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("iam", operation, input);
  const describe = async (OpenIDConnectProviderArn: string, inputs: Properties): Promise<Made> => {
    const found = await iam<Described>("GetOpenIDConnectProvider", { OpenIDConnectProviderArn });
    return {
      id: OpenIDConnectProviderArn,
      outputs: {
        ...inputs,
        arn: OpenIDConnectProviderArn,
        url: found.Url,
        clientIdLists: found.ClientIDList,
        thumbprintLists: found.ThumbprintList,
      },
    };
  };

  return {
    type: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/iam/openidconnectprovider/",
    required: ["clientIdLists", "url"],
    properties: ["clientIdLists", "thumbprintLists", "url"],
    replaces: ["url"],
    taggable: true,
    idOf: ({ url }) => `arn:aws:iam::${cloud.accountId}:oidc-provider/${String(url).replace(/^https:\/\//, "")}`,
    async create(inputs) {
      const { OpenIDConnectProviderArn } = await iam<{ OpenIDConnectProviderArn: string }>(
        "CreateOpenIDConnectProvider",
        {
          Url: inputs.url,
          ClientIDList: inputs.clientIdLists,
          ThumbprintList: inputs.thumbprintLists,
          Tags: tagList(inputs.tagsAll),
        },
      );
      return describe(OpenIDConnectProviderArn, inputs);
    },
    async update(OpenIDConnectProviderArn, before, after) {
      const [old, wanted] = [before.clientIdLists as string[], after.clientIdLists as string[]];
      for (const ClientID of wanted.filter((one) => !old.includes(one))) {
        await iam("AddClientIDToOpenIDConnectProvider", { OpenIDConnectProviderArn, ClientID });
      }
      for (const ClientID of old.filter((one) => !wanted.includes(one))) {
        await iam("RemoveClientIDFromOpenIDConnectProvider", { OpenIDConnectProviderArn, ClientID });
      }
      // Once given, they stay when they are not any more: AWS fetches its own at creation alone.
      if (after.thumbprintLists) {
        const ThumbprintList = after.thumbprintLists;
        await iam("UpdateOpenIDConnectProviderThumbprint", { OpenIDConnectProviderArn, ThumbprintList });
      }
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      if (remove.length > 0) await iam("UntagOpenIDConnectProvider", { OpenIDConnectProviderArn, TagKeys: remove });
      if (Object.keys(put).length > 0) {
        await iam("TagOpenIDConnectProvider", { OpenIDConnectProviderArn, Tags: tagList(put) });
      }
      return describe(OpenIDConnectProviderArn, after);
    },
    async delete(OpenIDConnectProviderArn) {
      await iam("DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn });
    },
    async read(id, context) {
      return await describe(id, { ...context.previous?.inputs });
    },
  };
}
