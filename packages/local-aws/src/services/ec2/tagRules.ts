/** Which tags EC2 takes. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
import type { Tag } from "@aws-sdk/client-ec2";
import { AwsError } from "../../service.ts";

export const mostTags = 50;

/** @throws AwsError */
export function checkTags(tags: readonly Tag[]): void {
  const keys = tags.map(({ Key = "" }) => Key);
  for (const { Key = "", Value = "" } of tags) {
    if (Key === "" || Key.length > 127) {
      throw new AwsError("InvalidParameterValue", `Tag key '${Key}' must have 1 to 127 characters`);
    }
    if (Value.length > 255) throw new AwsError("InvalidParameterValue", `Value of tag '${Key}' exceeds 255 characters`);
    if (/^aws:/i.test(Key)) {
      const message = "Tag keys starting with 'aws:' are reserved for internal use";
      throw new AwsError("InvalidParameterValue", message);
    }
  }
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new AwsError("InvalidParameterValue", `Duplicate tag key '${twice}' specified.`);
  }
  if (keys.length > mostTags) throw tooMany();
}

export const tooMany = (): AwsError =>
  new AwsError("TagLimitExceeded", `The maximum number of tags for the resource has been reached: ${mostTags}`);
