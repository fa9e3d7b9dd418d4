/** DynamoDB's errors that more than one operation has, in AWS's words. */
import { AwsError } from "../../service.ts";

export { AwsError };

/** @param message the whole message. */
export const invalid = (message: string): AwsError => new AwsError("ValidationException", message, 400);

/** What is not of the type that its member has. */
export const serialization = (message: string): AwsError => new AwsError("SerializationException", message, 400);

/** What is wrong with a value that a request gives. */
export const invalidParameter = (message: string): AwsError =>
  invalid(`One or more parameter values were invalid: ${message}`);

/** A table that is not there, as item operations say it. */
export const noTable = (): AwsError => new AwsError("ResourceNotFoundException", "Requested resource not found", 400);

/** A table that is not there, as operations on tables say it. */
export const noTableNamed = (name: string): AwsError =>
  new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`, 400);

/** A table that is not there, as operations on backups say it. */
export const noTableToBackUp = (name: string): AwsError =>
  new AwsError("TableNotFoundException", `Table not found: ${name}`, 400);

/** A condition that did not hold. @param item as JSON, where the request asked for it. */
export const conditionFailed = (item?: string): AwsError =>
  new AwsError(
    "ConditionalCheckFailedException",
    "The conditional request failed",
    400,
    item === undefined ? {} : { Item: JSON.parse(item) as object },
  );
