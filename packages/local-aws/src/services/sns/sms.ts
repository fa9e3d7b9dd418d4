/** Text messages: no phone is reached from one machine; they are readable among the mails. https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html */
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import type { Records } from "./records.ts";

/** `+`, and up to 15 digits. */
const number = /^\+[1-9]\d{1,14}$/;

/** Whether an endpoint is a number, perhaps with single separators between its digits. */
export const isPhone = (text: string): boolean =>
  number.test(text.replace(/[./-]/g, "")) && !/[./-]{2}|^[./-]|[./-]$/.test(text);

export const isPhoneNumber = (text: string): boolean => number.test(text);

const wrong = (message: string) => new AwsError("InvalidParameterException", message, 400);

const settings: Record<string, RegExp> = {
  MonthlySpendLimit: /^\d+$/,
  DeliveryStatusIAMRole: /^arn:/,
  DeliveryStatusSuccessSamplingRate: /^(\d{1,2}|100)$/,
  DefaultSenderID: /^(?=.*[A-Za-z])[A-Za-z\d]{1,11}$/,
  DefaultSMSType: /^(Promotional|Transactional)$/,
  UsageReportS3Bucket: /^[a-z\d.-]{3,63}$/,
};

export function smsOperations(records: Records): Operations<"sns"> {
  const { smsSettings, optedOut } = records;
  const access = (operation: string) => () => [{ action: `sns:${operation}`, resource: "*" }];
  const checkNumber = (text: string): void => {
    if (!isPhoneNumber(text)) throw wrong(`Invalid parameter: PhoneNumber Reason: input incorrectly formatted`);
  };
  return {
    SetSMSAttributes: {
      access: access("SetSMSAttributes"),
      run({ attributes }) {
        for (const [name, value] of Object.entries(attributes)) {
          if (!Object.hasOwn(settings, name)) throw wrong(`${name} is not a valid attribute`);
          if (!settings[name]?.test(value)) throw wrong(`${name} is invalid`);
        }
        for (const [name, value] of Object.entries(attributes)) smsSettings.put(name, value);
        return {};
      },
    },
    GetSMSAttributes: {
      access: access("GetSMSAttributes"),
      run({ attributes: names = [] }) {
        const all = { MonthlySpendLimit: "1", ...Object.fromEntries(smsSettings.entries()) };
        const wanted = Object.entries(all).filter(([name]) => names.length === 0 || names.includes(name));
        return { attributes: Object.fromEntries(wanted) };
      },
    },
    CheckIfPhoneNumberIsOptedOut: {
      access: access("CheckIfPhoneNumberIsOptedOut"),
      run({ phoneNumber }) {
        checkNumber(phoneNumber);
        return { isOptedOut: optedOut.has(phoneNumber) };
      },
    },
    ListPhoneNumbersOptedOut: {
      access: access("ListPhoneNumbersOptedOut"),
      run: () => ({ phoneNumbers: optedOut.values() }),
    },
    OptInPhoneNumber: {
      access: access("OptInPhoneNumber"),
      run({ phoneNumber }) {
        checkNumber(phoneNumber);
        optedOut.delete(phoneNumber);
        return {};
      },
    },
  };
}
