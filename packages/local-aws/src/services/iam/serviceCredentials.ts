/** A user's names and passwords for services that do not use AWS's signatures: CodeCommit, Keyspaces. */
import { randomBytes } from "node:crypto";
import { type Directory, type ServiceCredential, type User, uniqueId } from "../../authorization/directory.ts";
import { limitExceeded, noSuchEntity, now } from "../../authorization/limits.ts";
import type { Operations } from "../../operations.ts";
import type { On } from "./entity.ts";

const services = ["codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"];
const maxCredentials = 2;
const newPassword = () => `${randomBytes(32).toString("base64")}=`;

export function serviceCredentialOperations(
  { users }: Directory,
  accountId: string,
  onUser: On<User>,
): Operations<"iam"> {
  const find = ({ credentials = [] }: User, id = ""): ServiceCredential => {
    const found = credentials.find(({ ServiceSpecificCredentialId }) => ServiceSpecificCredentialId === id);
    if (!found) throw noSuchEntity(`No such credential ${id} exists`);
    return found;
  };
  const save = (user: User, credentials: ServiceCredential[]) => users.put(user.UserName, { ...user, credentials });
  const shown = ({ CreateDate, ...credential }: ServiceCredential) => ({
    CreateDate: new Date(CreateDate),
    ...credential,
  });
  const change = (user: User, id: string | undefined, changes: Partial<ServiceCredential>) => {
    const changed = { ...find(user, id), ...changes };
    save(
      user,
      (user.credentials ?? []).map((one) => (one.ServiceSpecificCredentialId === id ? changed : one)),
    );
    return changed;
  };

  return {
    CreateServiceSpecificCredential: onUser("CreateServiceSpecificCredential", (user, { ServiceName }) => {
      const { credentials = [], UserName } = user;
      if (!services.includes(ServiceName))
        throw noSuchEntity(`No such service ${ServiceName} is supported for Service Specific Credentials`);
      const ofService = credentials.filter((one) => one.ServiceName === ServiceName);
      if (ofService.length >= maxCredentials)
        throw limitExceeded(`Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${maxCredentials}`);
      const more = ofService.length > 0 ? `+${ofService.length}` : "";
      const credential: ServiceCredential = {
        CreateDate: now(),
        ServiceName,
        ServiceUserName: `${UserName}${more}-at-${accountId}`,
        ServiceSpecificCredentialId: uniqueId("ACCA"),
        UserName,
        Status: "Active",
      };
      save(user, [...credentials, credential]);
      return { ServiceSpecificCredential: { ...shown(credential), ServicePassword: newPassword() } };
    }),
    ListServiceSpecificCredentials: onUser(
      "ListServiceSpecificCredentials",
      ({ credentials = [] }, { ServiceName }) => ({
        ServiceSpecificCredentials: credentials
          .filter((one) => ServiceName === undefined || one.ServiceName === ServiceName)
          .map(shown),
      }),
    ),
    UpdateServiceSpecificCredential: onUser(
      "UpdateServiceSpecificCredential",
      (user, { ServiceSpecificCredentialId, Status }) => {
        change(user, ServiceSpecificCredentialId, { Status });
        return {};
      },
    ),
    ResetServiceSpecificCredential: onUser(
      "ResetServiceSpecificCredential",
      (user, { ServiceSpecificCredentialId }) => {
        const credential = change(user, ServiceSpecificCredentialId, {});
        return { ServiceSpecificCredential: { ...shown(credential), ServicePassword: newPassword() } };
      },
    ),
    DeleteServiceSpecificCredential: onUser(
      "DeleteServiceSpecificCredential",
      (user, { ServiceSpecificCredentialId }) => {
        const gone = find(user, ServiceSpecificCredentialId);
        save(
          user,
          (user.credentials ?? []).filter((one) => one !== gone),
        );
        return {};
      },
    ),
  };
}
