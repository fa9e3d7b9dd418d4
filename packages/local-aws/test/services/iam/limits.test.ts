import assert from "node:assert/strict";
import fc from "fast-check";
import type { Role } from "../../../src/authorization/directory.ts";
import { type Access, AwsError, type PolicyStatement, servicePrincipal } from "../../../src/service.ts";
import { account, allow, deny, document, get, principal, table, world } from "../../support/iam.ts";

describe("authorizer's limits and errors", () => {
  describe("limits", () => {
    const boundary = (...statements: PolicyStatement[]) => {
      const arn = `arn:aws:iam::${account}:policy/boundary`;
      const made = world([allow()], { boundary: arn });
      const version = { Document: JSON.stringify(document(...statements)), CreateDate: "2026-01-01T00:00:00Z" };
      made.directory.policies.put(arn, {
        PolicyName: "boundary",
        PolicyId: "ANPA1",
        Arn: arn,
        Path: "/",
        CreateDate: version.CreateDate,
        UpdateDate: version.CreateDate,
        DefaultVersionId: "v1",
        lastVersion: 1,
        versions: { v1: version },
        tags: {},
      });
      return made;
    };
    const session = (...statements: PolicyStatement[]) =>
      world([allow()], {}, { policies: [JSON.stringify(document(...statements))] });

    it("a boundary allows nothing, it only limits", () => {
      assert.equal(boundary(allow()).may(), true);
      assert.equal(boundary(allow({ Action: "s3:*" })).may(), false);
      assert.equal(boundary(allow({ Action: "*" }), deny()).may(), false);
      assert.equal(
        boundary(allow({ Action: "*", Resource: "*" })).may({ action: "s3:GetObject", resource: "arn:aws:s3:::b/k" }),
        false,
      );
      assert.equal(world([allow()], { boundary: "arn:aws:iam::000000000000:policy/gone" }).may(), false);
    });

    it("a session policy limits its session", () => {
      assert.equal(session(allow()).may(), true);
      assert.equal(session(allow({ Action: "s3:*" })).may(), false);
      assert.equal(session(allow({ Action: "*" }), deny()).may(), false);
    });

    it("bind what a resource grants to the role, not what it grants to the session", () => {
      const made = session(allow({ Action: "s3:*" }));
      const grant = (to: string): Access => ({ ...get, resourcePolicy: document(allow({ Principal: { AWS: to } })) });
      assert.equal(made.may(grant(principal.roleArn as string)), false);
      assert.equal(made.may(grant(principal.arn)), true);
    });
  });

  describe("errors", () => {
    const refusal = (
      identity: PolicyStatement[],
      access: Access,
      as = principal,
      more: Partial<Role> = {},
    ): AwsError => {
      try {
        world(identity, more).authorizer.authorize({ principal: as, operation: "x" }, [access]);
      } catch (error) {
        assert.ok(error instanceof AwsError);
        return error;
      }
      assert.fail("was allowed");
    };
    const put = { action: "dynamodb:PutItem", resource: table };

    it("say who may not do what, and which kind of policy is missing or denies", () => {
      const start = `User: ${principal.arn} is not authorized to perform: dynamodb:PutItem on resource: ${table}`;
      assert.equal(
        refusal([], put).message,
        `${start} because no identity-based policy allows the dynamodb:PutItem action`,
      );
      assert.equal(
        refusal([deny({ Action: "*" })], put).message,
        `${start} with an explicit deny in an identity-based policy`,
      );
      const resourcePolicy = document(deny({ Principal: "*", Action: "*" }));
      assert.equal(
        refusal([], { ...put, resourcePolicy }).message,
        `${start} with an explicit deny in a resource-based policy`,
      );
      const boundary = { boundary: "arn:aws:iam::aws:policy/service-role/AWSLambdaRole" };
      assert.equal(
        refusal([allow({ Action: "*" })], put, principal, boundary).message,
        `${start} because no permissions boundary allows the dynamodb:PutItem action`,
      );
      const service = servicePrincipal("events.amazonaws.com");
      assert.equal(
        refusal([], put, service).message,
        `User: events.amazonaws.com is not authorized to perform: dynamodb:PutItem on resource: ${table} because no resource-based policy allows the dynamodb:PutItem action`,
      );
    });

    it("name the resource of an action that has none only where the service does", () => {
      const of = (action: string) => refusal([], { action, resource: "*" }).message;
      assert.match(of("lambda:ListFunctions"), /lambda:ListFunctions on resource: \* because/);
      assert.match(of("cloudwatch:PutMetricData"), /cloudwatch:PutMetricData because/);
    });

    it("carry the code and status of the action's service", () => {
      const of = (action: string) => {
        const { code, status } = refusal([], { action, resource: "*" });
        return `${code} ${status}`;
      };
      assert.equal(of("dynamodb:PutItem"), "AccessDeniedException 400");
      assert.equal(of("lambda:InvokeFunction"), "AccessDeniedException 403");
      assert.equal(of("s3:GetObject"), "AccessDenied 403");
      assert.equal(of("sts:AssumeRole"), "AccessDenied 403");
    });

    it("need all accesses of a call", () => {
      const { authorizer } = world([allow()]);
      authorizer.authorize({ principal, operation: "x" }, []);
      authorizer.authorize({ principal, operation: "x" }, [get]);
      assert.throws(() => authorizer.authorize({ principal, operation: "x" }, [get, put]), /dynamodb:PutItem/);
    });
  });

  describe("for any policies", () => {
    const statement = fc.record({
      Effect: fc.constantFrom("Allow" as const, "Deny" as const),
      Action: fc.constantFrom("*", "s3:*", "dynamodb:*", "dynamodb:GetItem", "dynamodb:Put*", "dynamodb:?etItem"),
      Resource: fc.constantFrom("*", table, `${table}*`, "arn:aws:s3:::b", `arn:aws:dynamodb:*:${account}:table/i?is`),
      Condition: fc.constantFrom<NonNullable<PolicyStatement["Condition"]>>(
        {},
        { Bool: { "aws:SecureTransport": "true" } },
        { StringEquals: { "aws:PrincipalArn": "x" } },
      ),
    });
    const statements = fc.array(statement, { maxLength: 5 });
    const access = fc.constantFrom<Access[]>(
      get,
      { action: "dynamodb:PutItem", resource: table },
      { action: "s3:GetObject", resource: "arn:aws:s3:::b" },
    );

    it("a deny that applies wins over whatever else is said, wherever it stands", () => {
      fc.assert(
        fc.property(statements, access, fc.nat(5), (some, asked, at) => {
          const denied = [
            ...some.slice(0, at),
            deny({ Action: asked.action, Resource: asked.resource }),
            ...some.slice(at),
          ];
          assert.equal(world(denied).may(asked), false);
          assert.equal(
            world([...some, allow({ Action: "*", Resource: "*" })]).may({
              ...asked,
              resourcePolicy: document(deny({ Principal: "*", Action: "*", Resource: "*" })),
            }),
            false,
          );
        }),
      );
    });

    it("one more allow takes nothing away, one more deny grants nothing", () => {
      fc.assert(
        fc.property(statements, statement, access, (some, extra, asked) => {
          const [without, with_] = [world(some).may(asked), world([...some, extra]).may(asked)];
          if (extra.Effect === "Allow") assert.ok(!without || with_);
          else assert.ok(without || !with_);
        }),
      );
    });

    it("the order of statements does not matter", () => {
      fc.assert(
        fc.property(statements, access, (some, asked) => {
          assert.equal(world(some).may(asked), world(some.toReversed()).may(asked));
        }),
      );
    });

    it("a boundary or session policy only takes away", () => {
      fc.assert(
        fc.property(statements, statements, access, (some, limit, asked) => {
          const limited = world(some, {}, { policies: [JSON.stringify(document(...limit))] }).may(asked);
          assert.ok(!limited || (world(some).may(asked) && world(limit).may(asked)));
        }),
      );
    });
  });
});
