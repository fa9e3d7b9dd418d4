import type { DomainName as DomainNameShape, PatchOperation } from "@aws-sdk/client-api-gateway";
import type { BasePathMapping, DomainName } from "../model.ts";
import { applyPatch, property } from "../patch.ts";
import { badRequest, conflict, newId, notFound, pageOf, type Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";

interface Named {
  domainName: string;
  basePath?: string;
  patchOperations?: PatchOperation[];
  position?: string;
  limit?: number;
}

const ROOT = "(none)";

/** Custom domain names, and which stage answers at which of their paths. */
export function domainOperations(records: Records, region: string): Handlers {
  const find = (name: string): DomainName => {
    const found = records.domainNames.get(name);
    if (!found) throw notFound("Invalid domain name identifier specified");
    return found;
  };
  const mapping = ({ domainName, basePath }: Named): BasePathMapping => {
    const found = records.basePathMappings.get(`${find(domainName).domainName}/${basePath || ROOT}`);
    if (!found) throw notFound("Invalid base path mapping identifier specified");
    return found;
  };
  const describe = (domain: DomainName): DomainNameShape => ({
    ...domain,
    endpointConfiguration: domain.endpointConfiguration as NonNullable<DomainNameShape["endpointConfiguration"]>,
    securityPolicy: domain.securityPolicy as NonNullable<DomainNameShape["securityPolicy"]>,
    domainNameStatus: "AVAILABLE",
    regionalHostedZoneId: "Z1UJRXOUMOOFQ8",
  });
  const saveMapping = (given: BasePathMapping) => {
    const { id } = records.api(given.restApiId);
    if (given.stage !== undefined && !records.stages.has(`${id}/${given.stage}`))
      throw badRequest("Invalid stage identifier specified");
    records.basePathMappings.put(`${given.domainName}/${given.basePath}`, given);
    records.servedChanged();
    return withoutDomain(given);
  };

  return {
    CreateDomainName(input) {
      const { domainName = "", certificateArn, regionalCertificateArn, endpointConfiguration, tags = {} } = input;
      if (!/^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/.test(domainName))
        throw badRequest(`Invalid domain name specified: ${domainName}`);
      if (records.domainNames.has(domainName)) throw badRequest("The domain name you provided already exists.");
      if (input.mutualTlsAuthentication)
        throw badRequest("mutualTlsAuthentication is not modelled by the local API Gateway");
      const domain: DomainName = {
        domainName,
        ...(certificateArn && { certificateArn }),
        ...(regionalCertificateArn && { regionalCertificateArn }),
        endpointConfiguration: { types: endpointConfiguration?.types ?? ["EDGE"] },
        securityPolicy: input.securityPolicy ?? "TLS_1_2",
        regionalDomainName: `d-${newId()}.execute-api.${region}.amazonaws.com`,
        tags,
      };
      records.domainNames.put(domainName, domain);
      records.servedChanged();
      return describe(domain);
    },
    GetDomainName: (input: Named) => describe(find(input.domainName)),
    GetDomainNames(input) {
      const found = pageOf(records.domainNames.values(), input, ({ domainName }) => domainName);
      return { ...found, items: found.items.map(describe) };
    },
    UpdateDomainName(input: Named) {
      const domain = applyPatch(find(input.domainName), input.patchOperations, {
        "/certificateArn": property("certificateArn"),
        "/regionalCertificateArn": property("regionalCertificateArn"),
        "/securityPolicy": property("securityPolicy"),
        "/endpointConfiguration/types/*": (target, { value }) => {
          target.endpointConfiguration.types = [value!];
        },
      });
      records.domainNames.put(domain.domainName, domain);
      return describe(domain);
    },
    DeleteDomainName(input: Named) {
      const { domainName } = find(input.domainName);
      for (const [key] of records.basePathMappings.entries(`${domainName}/`)) records.basePathMappings.delete(key);
      records.domainNames.delete(domainName);
      records.servedChanged();
      return {};
    },

    CreateBasePathMapping(input) {
      const { domainName } = find(input.domainName);
      const basePath = input.basePath || ROOT;
      if (basePath !== ROOT && !/^[\w.~$!*'()+,;:@&=-]+$/.test(basePath)) {
        throw badRequest(`Invalid base path '${basePath}': one segment, without slashes, is allowed`);
      }
      if (records.basePathMappings.has(`${domainName}/${basePath}`))
        throw conflict("Base path already exists for this domain name");
      return saveMapping({
        domainName,
        basePath,
        restApiId: input.restApiId,
        ...(input.stage && { stage: input.stage }),
      });
    },
    GetBasePathMapping: (input: Named) => withoutDomain(mapping(input)),
    GetBasePathMappings(input: Named) {
      const { domainName } = find(input.domainName);
      const found = pageOf(records.basePathMappings.values(`${domainName}/`), input, ({ basePath }) => basePath);
      return { ...found, items: found.items.map(withoutDomain) };
    },
    UpdateBasePathMapping(input: Named) {
      const old = mapping(input);
      const changed = applyPatch({ ...old }, input.patchOperations, {
        "/restapiId": property("restApiId"),
        "/stage": property("stage"),
        "/basePath": (target, { value }) => {
          target.basePath = value || ROOT;
        },
      });
      records.basePathMappings.delete(`${old.domainName}/${old.basePath}`);
      return saveMapping(changed);
    },
    DeleteBasePathMapping(input: Named) {
      const { domainName, basePath } = mapping(input);
      records.basePathMappings.delete(`${domainName}/${basePath}`);
      records.servedChanged();
      return {};
    },
  };
}

const withoutDomain = ({ domainName: _, ...mapping }: BasePathMapping) => mapping;
