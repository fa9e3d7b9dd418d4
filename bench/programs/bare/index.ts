import { Permission } from "@pulumi/aws/lambda";
import { Config } from "@pulumi/pulumi";

/** The same number of resources without any component: what Pulumi itself takes. */
for (let index = 0; index < new Config().requireNumber("count"); index++) {
  new Permission(`permission-${index}`, {
    action: "lambda:InvokeFunction",
    function: "shared",
    principal: "apigateway.amazonaws.com",
    sourceArn: `arn:aws:execute-api:eu-west-1:123456789012:api/Prod/GET/r${index}`,
  });
}
process.on("exit", () => console.log(`peak ${process.resourceUsage().maxRSS}`));
