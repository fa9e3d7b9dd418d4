import type { ResourceState } from "../../../src/engine/state.ts";

/** A resource as the state holds it: a thing of project shop, with what the test says of it. */
export const resource = (name: string, rest: Partial<ResourceState> = {}): ResourceState => ({
  urn: `urn:pulumi:dev::shop::t:i:Thing::${name}`,
  type: "t:i:Thing",
  custom: true,
  id: name,
  inputs: {},
  outputs: {},
  dependencies: [],
  propertyDependencies: {},
  protect: false,
  retainOnDelete: false,
  customTimeouts: {},
  hooks: { beforeDelete: [], afterDelete: [], onError: [] },
  external: false,
  order: 1,
  ...rest,
});
