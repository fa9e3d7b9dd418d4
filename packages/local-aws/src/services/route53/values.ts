/** Values of records by their type. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html */
import { isIPv4, isIPv6 } from "node:net";
import { isDomainName } from "./names.ts";

/** Quoted strings of up to 255 characters each. */
const quoted = /^"(?:[^"\\]|\\.){0,255}"(?:\s+"(?:[^"\\]|\\.){0,255}")*$/;

const uint16 = (text = ""): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65535;

/** Whether it consists of numbers followed by a name, separated by spaces: `10 mail.example.org`. */
const numbersThenName = (value: string, numbers: number): boolean => {
  const parts = value.split(/\s+/);
  return parts.length === numbers + 1 && parts.slice(0, -1).every(uint16) && isDomainName(parts.at(-1) ?? "");
};

type Rule = [code: string, meaning: string, isValid: (value: string) => boolean];

const domainName: Rule = ["DomainLabelEmpty", "Value is not a valid domain name", isDomainName];
const text: Rule = [
  "InvalidCharacterString",
  "Value should be enclosed in quotation marks",
  (value) => quoted.test(value),
];

/** Types that are not listed accept any text. */
const rules: Partial<Record<string, Rule>> = {
  A: ["ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address", isIPv4],
  AAAA: ["AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address", isIPv6],
  CNAME: domainName,
  NS: domainName,
  PTR: domainName,
  MX: ["MXRRDATANotTwoFields", "MX record doesn't have 2 fields", (value) => numbersThenName(value, 1)],
  SRV: ["SRVRRDATANotFourFields", "SRV record doesn't have 4 fields", (value) => numbersThenName(value, 3)],
  CAA: ["CAARRDATANotThreeFields", "CAA record doesn't have 3 fields", (value) => /^\d{1,3}\s+\w+\s+".*"$/.test(value)],
  TXT: text,
  SPF: text,
};

/** @returns what is wrong with a record's value, in Route 53's words. */
export function valueFault(type: string, value: string): string | undefined {
  const [code, meaning, isValid] = rules[type] ?? ["RRDATAEmpty", "Value is empty", Boolean];
  return isValid(value)
    ? undefined
    : `Invalid Resource Record: 'FATAL problem: ${code} (${meaning}) encountered with '${value}''`;
}
