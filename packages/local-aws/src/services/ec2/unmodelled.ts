import { AwsError } from "../../service.ts";

export const unmodelled = (what: string): AwsError =>
  new AwsError("UnsupportedOperation", `The local cloud does not model ${what}`);
