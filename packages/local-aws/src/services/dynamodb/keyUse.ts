/** What DynamoDB asks KMS for on behalf of whoever reads and writes items of tables that a customer's key encrypts. */
import { decryptFor } from "../../kit/useKey.ts";
import { type Access, AwsError, type Cloud, type Principal } from "../../service.ts";
import { tableOf } from "./names.ts";
import type { Catalog } from "./tables/catalog.ts";

/** What touches items; all else of a table is done without its key. */
const ofItems =
  /^dynamodb:((BatchGet|BatchWrite|ConditionCheck|Delete|Get|Put|Update)Item|GetRecords|PartiQL\w+|Query|Scan)$/;

/**
 * A table's own data key is decrypted for each caller, whether it reads or writes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 * @param needed what the caller was found to be allowed; worked out only where a table has a key.
 * @throws AwsError KMS's refusal, in DynamoDB's words.
 */
export async function useTablesKeys(
  cloud: Cloud,
  tables: Catalog,
  needed: () => Access[],
  principal: Principal,
): Promise<void> {
  if (!tables.haveKeys) return;
  const names = new Set(
    needed()
      .filter(({ action }) => ofItems.test(action))
      .map(({ resource }) => tableOf(resource)),
  );
  for (const name of names) {
    const keyId = tables.find(name)?.definition.encryption?.KMSMasterKeyArn;
    if (!keyId) continue;
    const context = { "aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": cloud.accountId };
    await decryptFor(cloud, { keyId, principal, via: "dynamodb", context }).catch((error: AwsError) => {
      if (error.code !== "AccessDeniedException") throw error;
      throw new AwsError("AccessDeniedException", `KMS key access denied error: ${error.message}`, 400);
    });
  }
}
