/** The recommender's external functions, called as the API behind Snowflake calls them. */
import { call } from "local-console/app";
import { idOf } from "./resources.ts";

/**
 * One row's value. The routes are for Snowflake's role alone, so the function behind one is invoked.
 * @param name `train`, `deploy`, `undeploy`
 * @throws Error with what is wrong with the row, or the function's own.
 */
export async function callExternal(name: string, args: string[]): Promise<unknown> {
  const FunctionName = await idOf(`recommender-${name}`, "function");
  if (!FunctionName) throw new Error(`This stack has no function recommender-${name}`);
  const event = {
    httpMethod: "POST",
    path: `/${name}`,
    headers: {},
    requestContext: { requestId: crypto.randomUUID() },
    body: JSON.stringify({ data: [[0, ...args]] }),
    isBase64Encoded: false,
  };
  const { FunctionError, Payload } = await call("lambda", "Invoke", { FunctionName, Payload: JSON.stringify(event) });
  const answer = JSON.parse(new TextDecoder().decode(Payload));
  if (FunctionError) throw new Error(answer.errorMessage ?? FunctionError);
  if (answer.statusCode === 202) throw new Error("SageMaker is still at it; try again in a moment");
  const { data, message } = JSON.parse(answer.body);
  if (answer.statusCode !== 200) throw new Error(message);
  const value = data[0][1];
  if (value?.error) throw new Error(value.error);
  return value;
}
