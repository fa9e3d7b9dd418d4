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
  mergeTags,
  now,
  validationError,
} from "../../authorization/limits.ts";
import { tagList, withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { entityOperations } from "./entity.ts";
import { tagPage } from "./paging.ts";

const maxClients = 100;
const maxThumbprints = 5;

export function oidcProviderOperations(directory: Directory, accountId: string): Operations<"iam"> {
  const { oidcProviders: providers } = directory;
  const arnOf = (url: string) => `arn:aws:iam::${accountId}:oidc-provider/${withoutScheme(url)}`;
  const { on: onProvider, change } = entityOperations<OidcProvider, { OpenIDConnectProviderArn: string }>({
    nameOf: ({ OpenIDConnectProviderArn }) => OpenIDConnectProviderArn,
    get: (arn) => providers.get(arn),
    arnOf: (arn) => arn,
    put: (provider) => providers.put(provider.Arn, provider),
    missing: (arn) => `OpenIDConnect Provider not found for arn ${arn}`,
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
      return {};
    }),
    // Both are idempotent, as documented.
    AddClientIDToOpenIDConnectProvider: change("AddClientIDToOpenIDConnectProvider", (provider, { ClientID }) => {
      provider.ClientIDList = [...new Set([...provider.ClientIDList, ClientID])];
      checkClients(provider.ClientIDList);
    }),
    RemoveClientIDFromOpenIDConnectProvider: change(
      "RemoveClientIDFromOpenIDConnectProvider",
      (provider, { ClientID }) => {
        provider.ClientIDList = provider.ClientIDList.filter((one) => one !== ClientID);
      },
    ),
    UpdateOpenIDConnectProviderThumbprint: change(
      "UpdateOpenIDConnectProviderThumbprint",
      (provider, { ThumbprintList }) => {
        if (ThumbprintList.length === 0) throw invalidInput("Thumbprint list must contain at least one entry.");
        checkThumbprints(ThumbprintList);
        provider.ThumbprintList = ThumbprintList;
      },
    ),
    TagOpenIDConnectProvider: change("TagOpenIDConnectProvider", (provider, { Tags }) => {
      provider.tags = mergeTags(provider.tags, Tags);
    }),
    UntagOpenIDConnectProvider: change("UntagOpenIDConnectProvider", (provider, { TagKeys }) => {
      provider.tags = withoutTags(provider.tags, TagKeys);
    }),
    ListOpenIDConnectProviderTags: onProvider("ListOpenIDConnectProviderTags", ({ tags }, input) => {
      return tagPage(tags, input);
    }),
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
