import { Tracer } from "@aws-lambda-powertools/tracer";

/**
 * Calls to other services as parts of the function's trace: `tracer.captureAWSv3Client(client)`. Lambda itself traces the
 * invocation, so that a function that calls nobody does without these 120 KB.
 */
export const tracer = new Tracer();
