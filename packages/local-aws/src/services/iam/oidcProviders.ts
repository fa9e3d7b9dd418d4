/**
 * OpenID Connect providers: whose tokens a role's trust policy may name, such as those of GitHub's workflows. They are stored
 * and returned; their tokens are not accepted here, as their keys are on the internet.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
 */
import { createHash } from "node:crypto";
import type { Directory, OidcProvider } from "../../authorization/directory.ts";
import {
  alreadyExists,
  checkTags,
  constraint,
  limitExceeded,
  noSuchEntity,
  now,
  validationError,
} from "../../authorization/limits.ts";
import { tagList, withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError, type Operation } from "../../service.ts";
import { tagPage } from "./paging.ts";

interface OfProvider {
  OpenIDConnectProviderArn: string;
}
interface OfClient extends OfProvider {
  ClientID: string;
}
interface Paging {
  Marker?: string;
  MaxItems?: number;
}
type Tag = { Key: string; Value: string };

const maxClients = 100;
const maxThumbprints = 5;

export function oidcProviderOperations(directory: Directory, accountId: string): Operations<"iam"> {
  const { oidcProviders: providers } = directory;
  const arnOf = (url: string) => `arn:aws:iam::${accountId}:oidc-provider/${withoutScheme(url)}`;
  const onProvider = <Input extends OfProvider>(
    action: string,
    run: (provider: OidcProvider, input: Input) => unknown,
  ): Operation<Input> => ({
    access: ({ OpenIDConnectProviderArn }) => [{ action: `iam:${action}`, resource: OpenIDConnectProviderArn }],
    run(input) {
      const provider = providers.get(input.OpenIDConnectProviderArn);
      if (!provider) {
        throw noSuchEntity(`OpenIDConnect Provider not found for arn ${input.OpenIDConnectProviderArn}`);
      }
      return run(provider, input) ?? {};
    },
  });
  const change = <Input extends OfProvider>(
    action: string,
    apply: (provider: OidcProvider, input: Input) => Partial<OidcProvider>,
  ) =>
    onProvider<Input>(action, (provider, input) => {
      providers.put(provider.Arn, { ...provider, ...apply(provider, input) });
    });

  const CreateOpenIDConnectProvider: OperationOf<"iam", "CreateOpenIDConnectProvider"> = {
    access: ({ Url }) => [{ action: "iam:CreateOpenIDConnectProvider", resource: arnOf(Url) }],
    run({ Url, ClientIDList = [], ThumbprintList = [], Tags }) {
      checkUrl(Url);
      checkClients(ClientIDList);
      checkThumbprints(ThumbprintList);
      const Arn = arnOf(Url);
      if (providers.get(Arn)) throw alreadyExists(`Provider with url ${Url} already exists.`);
      const provider: OidcProvider = {
        Arn,
        Url: withoutScheme(Url),
        ClientIDList,
        ThumbprintList: ThumbprintList.length > 0 ? ThumbprintList : [thumbprintOf(Url)],
        CreateDate: now(),
        tags: checkTags(Tags),
      };
      providers.put(Arn, provider);
      return { OpenIDConnectProviderArn: Arn, Tags: tagList(provider.tags) };
    },
  };

  return {
    CreateOpenIDConnectProvider,
    GetOpenIDConnectProvider: onProvider(
      "GetOpenIDConnectProvider",
      ({ Url, ClientIDList, ThumbprintList, CreateDate, tags }) => ({
        Url,
        ClientIDList,
        ThumbprintList,
        CreateDate: new Date(CreateDate),
        Tags: tagList(tags),
      }),
    ),
    ListOpenIDConnectProviders: {
      access: () => [{ action: "iam:ListOpenIDConnectProviders", resource: "*" }],
      run: () => ({ OpenIDConnectProviderList: providers.all().map(({ Arn }) => ({ Arn })) }),
    },
    DeleteOpenIDConnectProvider: onProvider("DeleteOpenIDConnectProvider", ({ Arn }) => {
      providers.delete(Arn);
    }),
    // Both are idempotent, as documented.
    AddClientIDToOpenIDConnectProvider: change<OfClient>(
      "AddClientIDToOpenIDConnectProvider",
      (provider, { ClientID }) => {
        const ClientIDList = [...new Set([...provider.ClientIDList, ClientID])];
        checkClients(ClientIDList);
        return { ClientIDList };
      },
    ),
    RemoveClientIDFromOpenIDConnectProvider: change<OfClient>(
      "RemoveClientIDFromOpenIDConnectProvider",
      (provider, { ClientID }) => ({ ClientIDList: provider.ClientIDList.filter((one) => one !== ClientID) }),
    ),
    UpdateOpenIDConnectProviderThumbprint: change<OfProvider & { ThumbprintList: string[] }>(
      "UpdateOpenIDConnectProviderThumbprint",
      (_provider, { ThumbprintList }) => {
        if (ThumbprintList.length === 0) throw invalidInput("Thumbprint list must contain at least one entry.");
        checkThumbprints(ThumbprintList);
        return { ThumbprintList };
      },
    ),
    TagOpenIDConnectProvider: change<OfProvider & { Tags: Tag[] }>("TagOpenIDConnectProvider", ({ tags }, { Tags }) => {
      const kept = tagList(tags).filter(({ Key }) => !Tags.some((tag) => tag.Key === Key));
      return { tags: checkTags([...kept, ...Tags]) };
    }),
    UntagOpenIDConnectProvider: change<OfProvider & { TagKeys: string[] }>(
      "UntagOpenIDConnectProvider",
      ({ tags }, { TagKeys }) => ({
        tags: withoutTags(tags, TagKeys),
      }),
    ),
    ListOpenIDConnectProviderTags: onProvider<OfProvider & Paging>(
      "ListOpenIDConnectProviderTags",
      ({ tags }, input) => {
        return tagPage(tags, input);
      },
    ),
  };
}

const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, "");

const invalidInput = (message: string): AwsError => new AwsError("InvalidInputException", message, 400);

/** Tokens name their issuer by this URL: it has neither query nor port nor fragment. */
function checkUrl(url: string): void {
  const parsed = URL.parse(url);
  const plain = parsed && !parsed.search && !parsed.hash && !parsed.port && !parsed.username;
  if (parsed?.protocol !== "https:" || !plain) throw validationError("Invalid Open ID Connect Provider URL");
}

function checkClients(clients: string[]): void {
  if (clients.some((client) => client.length < 1 || client.length > 255)) {
    throw constraint(
      "clientIDList",
      `[${clients.join(", ")}]`,
      "Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]",
    );
  }
  if (clients.length > maxClients) {
    throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${maxClients}`);
  }
}

function checkThumbprints(thumbprints: string[]): void {
  if (thumbprints.some((thumbprint) => thumbprint.length !== 40)) {
    throw constraint(
      "thumbprintList",
      `[${thumbprints.join(", ")}]`,
      "Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]",
    );
  }
  if (thumbprints.length > maxThumbprints) throw invalidInput("Thumbprint list must contain fewer than 5 entries.");
}

/** Stands for the thumbprint of the issuer's certificate, which IAM fetches if none is given. */
const thumbprintOf = (url: string): string => createHash("sha1").update(new URL(url).host).digest("hex");
