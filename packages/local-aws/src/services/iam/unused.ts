/** What roles may do and have not done, for the console: AWS has "last accessed" of services, hours later. */
import type { Authorizer } from "../../authorization/authorizer.ts";
import type { Directory, Role } from "../../authorization/directory.ts";
import { managedPolicyDocument } from "../../authorization/managed.ts";
import { compilePattern, matchesPattern } from "../../authorization/pattern.ts";
import type { UnusedRight } from "../../console/protocol.ts";
import type { PolicyDocument } from "../../service.ts";

/** Lambda and Step Functions send them to X-Ray as the role; on one machine nobody asks IAM for it. */
const unasked = new Set(["xray:puttracesegments", "xray:puttelemetryrecords"]);

/** Of all roles; a statement with NotAction says too much to be measured. */
export function unusedRights(directory: Directory, authorizer: Authorizer): UnusedRight[] {
  return directory.roles.all().flatMap((role) => {
    const used = [...authorizer.usedBy(role.Arn)].map((action) => action.toLowerCase());
    const isUnused = (action: string) => {
      const pattern = compilePattern(action, false, true);
      return !unasked.has(action.toLowerCase()) && !used.some((one) => matchesPattern(pattern, one));
    };
    return policiesOf(directory, role).flatMap(({ policy, document }) =>
      [document.Statement].flat().flatMap(({ Effect, Action = [], Resource = "*" }) =>
        Effect === "Allow"
          ? [Action]
              .flat()
              .filter(isUnused)
              .map((action) => ({ role: role.Arn, policy, action, resources: [Resource].flat() }))
          : [],
      ),
    );
  });
}

const policiesOf = (
  directory: Directory,
  { inline, attached }: Role,
): { policy: string; document: PolicyDocument }[] => [
  ...Object.entries(inline).map(([policy, text]) => ({ policy, document: JSON.parse(text) as PolicyDocument })),
  ...attached.flatMap((policy) => {
    const document = managedPolicyDocument(directory, policy);
    return document ? [{ policy, document }] : [];
  }),
];
