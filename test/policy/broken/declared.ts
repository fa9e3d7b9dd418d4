import { ComponentResource, type Inputs } from "@pulumi/pulumi";

/**
 * A resource of a type that no provider has to know: a component under its name. Pulumi shows both to a policy pack alike,
 * and a preview does not depend on how many of AWS's types the plugin at hand has.
 */
export class Declared extends ComponentResource {
  /** @param type without `aws:`. */
  constructor(type: string, name: string, inputs: Inputs) {
    super(`aws:${type}`, name, inputs);
    this.registerOutputs();
  }
}
