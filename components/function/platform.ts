/** The processor of every function: https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html */
export const architecture = "arm64";
