/** The policy simulator: what an identity, or policies that are only given, would allow. */

import type {
  ContextEntry,
  EvaluationResult,
  PolicyEvaluationDecisionType,
  PolicySourceType,
  Statement,
} from "@aws-sdk/client-iam";
import type { Authorizer, Decision } from "../../authorization/authorizer.ts";
import type { Directory, IamEntity } from "../../authorization/directory.ts";
import { noSuchEntity, validationError } from "../../authorization/limits.ts";
import { managedPolicyDocument } from "../../authorization/managed.ts";
import { PolicySet } from "../../authorization/policy.ts";
import { list } from "../../authorization/principals.ts";
import { assumedRole } from "../../authorization/sessions.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import type { Operations } from "../../operations.ts";
import type { Access, PolicyDocument, Principal } from "../../service.ts";
import { contextKeys, suppliedKeys } from "./contextKeys.ts";
import { type Paging, pageOf } from "./paging.ts";
import { statementPlaces } from "./statementPlaces.ts";

/** A policy by the name that results give it. */
interface Source {
  id: string;
  type: string;
  text: string;
  document: PolicyDocument;
}

/** What is simulated, and as whom. */
interface Simulated {
  principal: Principal;
  identity: Source[];
  boundary: Source[] | undefined;
}

interface Asked extends Paging {
  ActionNames: string[] | undefined;
  ResourceArns?: string[] | undefined;
  ResourcePolicy?: string | undefined;
  ContextEntries?: ContextEntry[] | undefined;
}

const given = (texts: string[] = [], name = "PolicyInputList"): Source[] =>
  texts.map((text, index) => ({
    ...{ id: `${name}.${index + 1}`, type: "IAM Policy", text },
    document: parsePolicy(text, "identity"),
  }));

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
export function simulateOperations(directory: Directory, authorizer: Authorizer, accountId: string): Operations<"iam"> {
  const managed = (arn: string): Source[] => {
    const document = managedPolicyDocument(directory, arn);
    const kept = directory.policies.get(arn);
    const text = kept?.versions[kept.DefaultVersionId]?.Document ?? JSON.stringify(document);
    return document ? [{ id: arn.split("/").at(-1)!, type: "IAM Policy", text, document }] : [];
  };
  const sourcesOf = ({ inline, attached }: Pick<IamEntity, "inline" | "attached">): Source[] => [
    ...Object.entries(inline).map(([id, text]) => ({ id, type: "IAM Policy", text, document: JSON.parse(text) })),
    ...attached.flatMap(managed),
  ];

  /** A role, user or group with its policies. */
  function entity(arn = ""): Simulated {
    const name = arn.split("/").at(-1) ?? "";
    const limit = (boundary: string | undefined) => (boundary === undefined ? undefined : managed(boundary));
    const role = directory.roles.get(name);
    if (role?.Arn === arn) {
      const principal = assumedRole(role, "simulated", accountId);
      return { principal, identity: sourcesOf(role), boundary: limit(role.boundary) };
    }
    const user = directory.users.get(name);
    if (user?.Arn === arn) {
      const principal: Principal = { kind: "user", arn, accountId, userId: user.UserId };
      const identity = [user, ...directory.groupsOf(user)].flatMap(sourcesOf);
      return { principal, identity, boundary: limit(user.boundary) };
    }
    const group = directory.groups.get(name);
    if (group?.Arn !== arn) throw noSuchEntity(`The entity with ARN ${arn} cannot be found.`);
    const principal: Principal = { kind: "user", arn, accountId, userId: group.GroupId };
    return { principal, identity: sourcesOf(group), boundary: undefined };
  }

  function simulated({ principal, identity, boundary }: Simulated, asked: Asked) {
    const { ActionNames = [], ResourceArns, ResourcePolicy, ContextEntries = [] } = asked;
    const wrong = ActionNames.find((action) => !/^[\w-]+:\w+$/.test(action));
    if (wrong !== undefined) throw validationError(`Invalid Action Name: ${wrong}`);
    const resourcePolicy = ResourcePolicy === undefined ? undefined : parsePolicy(ResourcePolicy, "resource");
    const context = new Map(
      ContextEntries.map(({ ContextKeyName = "", ContextKeyValues = [] }) => [
        ContextKeyName.toLowerCase(),
        ContextKeyValues,
      ]),
    );
    const documents = [...identity, ...(boundary ?? [])].map(({ document }) => document);
    const MissingContextValues = contextKeys([...documents, ...(resourcePolicy ? [resourcePolicy] : [])]).filter(
      (key) => !context.has(key.toLowerCase()) && !suppliedKeys.has(key.toLowerCase()),
    );
    const ask = authorizer.asking(
      { principal },
      {
        identity: identity.map(({ document }) => document),
        boundary: boundary?.map(({ document }) => document),
        known: (own) => (key) => context.get(key) ?? (suppliedKeys.has(key) ? own(key) : undefined),
      },
    );
    const statements = [
      ...identity,
      ...(resourcePolicy
        ? [{ id: "ResourcePolicy", type: "Resource Policy", text: ResourcePolicy!, document: resourcePolicy }]
        : []),
    ].flatMap(statementsOf);

    // Each is worked out as it is read: both lists may be long.
    const all = ActionNames.flatMap((action, at) =>
      (ResourceArns ?? ["*"]).map((resource, of) => ({ action, resource, at, of })),
    );
    const { items, paging } = pageOf(all, asked, ({ at, of }) => [at, of]);
    const EvaluationResults = items.map(({ action, resource }): EvaluationResult => {
      const access: Access = { action, resource, ...(resourcePolicy && { resourcePolicy }) };
      const { decision, effectOf } = ask(access);
      const effect = decision.allowed ? "allow" : decision.explicit ? "deny" : undefined;
      const MatchedStatements =
        effect === undefined ? [] : statements.filter(({ set }) => effectOf(set) === effect).map(({ shown }) => shown);
      const EvalDecision = decisionName(decision);
      const byBoundary = boundary && {
        PermissionsBoundaryDecisionDetail: {
          AllowedByPermissionsBoundary: decision.allowed || decision.by !== "permissions boundary",
        },
      };
      const own = { MatchedStatements, MissingContextValues, EvalResourceName: resource };
      return {
        ...{ EvalActionName: action, EvalDecision, EvalDecisionDetails: {} },
        ...own,
        ...byBoundary,
        ...(ResourceArns && {
          ResourceSpecificResults: [{ ...own, EvalResourceDecision: EvalDecision, ...byBoundary }],
        }),
      };
    });
    return { EvaluationResults, ...paging };
  }

  return {
    SimulatePrincipalPolicy: {
      access: ({ PolicySourceArn }) => [{ action: "iam:SimulatePrincipalPolicy", resource: PolicySourceArn ?? "*" }],
      run({ PolicySourceArn, PolicyInputList, PermissionsBoundaryPolicyInputList: limits, ...asked }) {
        const { principal, identity, boundary } = entity(PolicySourceArn);
        const own = limits?.length ? given(limits, "PermissionsBoundaryPolicyInputList") : boundary;
        return simulated({ principal, identity: [...identity, ...given(PolicyInputList)], boundary: own }, asked);
      },
    },
    SimulateCustomPolicy: {
      access: () => [{ action: "iam:SimulateCustomPolicy", resource: "*" }],
      run({ PolicyInputList, PermissionsBoundaryPolicyInputList: limits, CallerArn, ...asked }) {
        if (asked.ResourcePolicy !== undefined && CallerArn === undefined)
          throw validationError("Caller ARN must be specified when a resource policy is");
        const arn = CallerArn ?? `arn:aws:iam::${accountId}:user/simulated`;
        const principal: Principal = {
          kind: "user",
          arn,
          accountId: arn.split(":")[4] ?? accountId,
          userId: "simulated",
        };
        const boundary = limits?.length ? given(limits, "PermissionsBoundaryPolicyInputList") : undefined;
        return simulated({ principal, identity: given(PolicyInputList), boundary }, asked);
      },
    },
    GetContextKeysForPrincipalPolicy: {
      access: ({ PolicySourceArn }) => [
        { action: "iam:GetContextKeysForPrincipalPolicy", resource: PolicySourceArn ?? "*" },
      ],
      run({ PolicySourceArn, PolicyInputList }) {
        const { identity, boundary = [] } = entity(PolicySourceArn);
        const sources = [...identity, ...boundary, ...given(PolicyInputList)];
        return { ContextKeyNames: contextKeys(sources.map(({ document }) => document)) };
      },
    },
    GetContextKeysForCustomPolicy: {
      access: () => [{ action: "iam:GetContextKeysForCustomPolicy", resource: "*" }],
      run: ({ PolicyInputList }) => ({
        ContextKeyNames: contextKeys(given(PolicyInputList).map(({ document }) => document)),
      }),
    },
  };
}

/** A policy's statements, each to be asked by itself. */
function statementsOf({ id, type, text, document }: Source): { set: PolicySet; shown: Statement }[] {
  const places = statementPlaces(text);
  return list(document.Statement).map((statement, index) => ({
    set: new PolicySet([{ ...document, Statement: statement }]),
    // The type is another than the SDK's list has.
    shown: { SourcePolicyId: id, SourcePolicyType: type as PolicySourceType, ...places[index] },
  }));
}

const decisionName = (decision: Decision): PolicyEvaluationDecisionType =>
  decision.allowed ? "allowed" : decision.explicit ? "explicitDeny" : "implicitDeny";
