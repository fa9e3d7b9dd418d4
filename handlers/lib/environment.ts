/**
 * What the component tells its function by an environment variable.
 * @throws Error naming the variable that is missing.
 */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing`);
  return value;
}

/** A variable that holds JSON. */
export const requiredJson = <Type>(name: string): Type => JSON.parse(required(name));
