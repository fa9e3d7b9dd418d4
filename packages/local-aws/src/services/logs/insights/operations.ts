/** Logs Insights: queries started, looked at, stopped, and kept under a name. */
import { randomUUID } from "node:crypto";
import type { QueryDefinition, StartQueryRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import { invalid, notFound } from "../errors.ts";
import { groupOfArn, type LogGroups, pageOf } from "../groups.ts";
import { parseQuery } from "./parseQuery.ts";
import type { Execution, Queries } from "./queries.ts";

const maxGroups = 50;
const maxLimit = 100_000;

/** The groups that a query names, in one of three ways. */
function groupsOf({ logGroupName, logGroupNames, logGroupIdentifiers }: Partial<StartQueryRequest>): string[] {
  const given = [logGroupName && [logGroupName], logGroupNames, logGroupIdentifiers].filter((one) => one !== undefined);
  const [names = []] = given as string[][];
  if (given.length !== 1 || names.length === 0 || names.length > maxGroups) {
    throw invalid(
      `Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given, with 1 to ${maxGroups} log groups.`,
    );
  }
  return [...new Set(names.map((name) => (name.startsWith("arn:") ? groupOfArn(name) : name)))];
}

function checkLanguage(language = "CWLI"): void {
  if (language === "CWLI") return;
  if (language === "SQL" || language === "PPL")
    throw invalid(`The local cloud has queries in CWLI, not in ${language}.`);
  throw invalid(`queryLanguage is ${language}; it must be one of CWLI, SQL, PPL.`);
}

export function insightsOperations(logs: LogGroups, queries: Queries): Operations<"logs"> {
  const find = (id = ""): Execution => {
    const found = queries.get(id);
    if (!found) throw new AwsError("ResourceNotFoundException", `The query ${id} does not exist.`, 400);
    return found;
  };
  const anything = (action: string) => () => [{ action: `logs:${action}`, resource: "*" }];
  return {
    StartQuery: {
      access: (input) => groupsOf(input).flatMap((name) => logs.access("StartQuery", name)),
      run(input) {
        const { queryString, startTime = 0, endTime = 0, queryLanguage, limit = maxLimit } = input;
        const names = groupsOf(input);
        checkLanguage(queryLanguage);
        for (const name of names) logs.group(name);
        if (startTime < 0 || endTime < startTime)
          throw invalid(`startTime is ${startTime}, endTime ${endTime}; the end must not be before the start.`);
        if (limit < 1 || limit > maxLimit) throw invalid(`limit is ${limit}; it must be between 1 and ${maxLimit}.`);
        const query = parseQuery(queryString ?? "", limit);
        const source = names.map((name) => JSON.stringify(name)).join(", ");
        const text = `SOURCE ${source} START=${startTime}000 END=${endTime}999 | ${queryString}`;
        const { id } = queries.start(query, names, { from: startTime * 1000, to: endTime * 1000 + 1000 }, text);
        return { queryId: id };
      },
    },
    GetQueryResults: {
      access: anything("GetQueryResults"),
      run({ queryId }) {
        const { results, status, scanned, matched, groups } = find(queryId);
        return {
          queryLanguage: "CWLI",
          results,
          statistics: {
            bytesScanned: scanned.bytes,
            estimatedBytesSkipped: 0,
            estimatedRecordsSkipped: 0,
            logGroupsScanned: groups.length,
            recordsMatched: matched,
            recordsScanned: scanned.records,
          },
          status,
        };
      },
    },
    StopQuery: {
      access: anything("StopQuery"),
      run({ queryId }) {
        const execution = find(queryId);
        const success = execution.status === "Running";
        if (success) execution.status = "Cancelled";
        return { success };
      },
    },
    DescribeQueries: {
      access: anything("DescribeQueries"),
      run({ logGroupName, status, queryLanguage = "CWLI", maxResults = 1000, nextToken }) {
        checkLanguage(queryLanguage);
        const found = queries
          .all()
          .filter(
            (one) =>
              (logGroupName === undefined || one.groups.includes(logGroupName)) &&
              (status === undefined || one.status === status),
          );
        const { items, paging } = pageOf(
          found,
          { limit: maxResults, nextToken },
          ({ id, created }) => [created, id],
          true,
        );
        const shown = items.map(({ id, text, status, created, groups: [group = ""] }) => ({
          ...{ queryId: id, queryLanguage, queryString: text, status, createTime: created, logGroupName: group },
        }));
        return { queries: shown, ...paging };
      },
    },
  };
}

export type DefinitionRecord = QueryDefinition & { queryDefinitionId: string; name: string };

export function queryDefinitionOperations(kept: Collection<DefinitionRecord>): Operations<"logs"> {
  const anything = (action: string) => () => [{ action: `logs:${action}`, resource: "*" }];
  const absent = () => notFound("query definition");
  return {
    PutQueryDefinition: {
      access: anything("PutQueryDefinition"),
      run({ name = "", queryString = "", queryDefinitionId, logGroupNames = [], queryLanguage = "CWLI", ...rest }) {
        if (rest.parameters?.length) throw invalid("The local cloud has no parameters of query definitions.");
        if (name.length < 1 || name.length > 255) throw invalid("name must have 1 to 255 characters.");
        checkLanguage(queryLanguage);
        parseQuery(queryString);
        if (queryDefinitionId !== undefined && !kept.has(queryDefinitionId)) throw absent();
        const id = queryDefinitionId ?? randomUUID();
        kept.put(id, {
          ...{ queryDefinitionId: id, name, queryString, logGroupNames, queryLanguage, lastModified: Date.now() },
        });
        return { queryDefinitionId: id };
      },
    },
    DescribeQueryDefinitions: {
      access: anything("DescribeQueryDefinitions"),
      run({ queryDefinitionNamePrefix = "", maxResults = 1000, nextToken }) {
        const found = kept.values().filter(({ name }) => name.startsWith(queryDefinitionNamePrefix));
        const { items, paging } = pageOf(found, { limit: maxResults, nextToken }, ({ name, queryDefinitionId: id }) => [
          name,
          id,
        ]);
        return { queryDefinitions: items, ...paging };
      },
    },
    DeleteQueryDefinition: {
      access: anything("DeleteQueryDefinition"),
      run({ queryDefinitionId = "" }) {
        if (!kept.delete(queryDefinitionId)) throw absent();
        return { success: true };
      },
    },
  };
}
