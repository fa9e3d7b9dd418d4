import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type aliasProto from "@pulumi/pulumi/proto/alias_pb.js";
import type resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type { SourcePosition } from "@pulumi/pulumi/proto/source_pb.js";
import type { Goal } from "./goal.ts";
import type { Properties } from "./provider.ts";
import { makeUrn, nameOf, qualifiedType, stackType } from "./urn.ts";
import { fromWire } from "./values.ts";

export interface Program {
  project: string;
  stack: string;
  directory: string;
}

/** Reads a registration, after its transforms have run. */
export function goalFromRequest(request: resourceProto.RegisterResourceRequest, program: Program): Goal {
  const { project, stack, directory } = program;
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const fromInputs = new Set<string>();
  const inputs = fromWire(request.getObject()?.toJavaScript() ?? {}, directory, fromInputs) as Properties;
  const provider = request.getProvider() || undefined;
  const byProperty = [...request.getPropertydependenciesMap().entries()].flatMap(([, urns]) => urns.getUrnsList());
  const dependencies = new Set([
    ...request.getDependenciesList(),
    ...byProperty,
    ...fromInputs,
    ...(parent ? [parent] : []),
    ...(provider ? [provider.slice(0, provider.lastIndexOf("::"))] : []),
  ]);
  const hooks = request.getHooks();
  const timeouts = request.getCustomtimeouts();
  return {
    urn: makeUrn(stack, project, parent || undefined, type, name),
    type,
    name,
    custom: request.getCustom(),
    remote: request.getRemote(),
    parent: parent || undefined,
    inputs,
    dependencies: [...dependencies].sort(),
    provider,
    aliases: aliasUrns(request, program),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith() || undefined,
    importId: request.getImportid() || undefined,
    customTimeouts: {
      ...(timeouts?.getCreate() && { create: timeouts.getCreate() }),
      ...(timeouts?.getUpdate() && { update: timeouts.getUpdate() }),
      ...(timeouts?.getDelete() && { delete: timeouts.getDelete() }),
    },
    hooks: {
      beforeCreate: hooks?.getBeforeCreateList() ?? [],
      afterCreate: hooks?.getAfterCreateList() ?? [],
      beforeUpdate: hooks?.getBeforeUpdateList() ?? [],
      afterUpdate: hooks?.getAfterUpdateList() ?? [],
      beforeDelete: hooks?.getBeforeDeleteList() ?? [],
      afterDelete: hooks?.getAfterDeleteList() ?? [],
      onError: hooks?.getOnErrorList() ?? [],
    },
    position: positionOf(request.getSourceposition(), directory),
  };
}

function aliasUrns(request: resourceProto.RegisterResourceRequest, program: Program): string[] {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent() || undefined];
  const fromSpec = (spec: aliasProto.Alias.Spec): string =>
    makeUrn(
      spec.getStack() || program.stack,
      spec.getProject() || program.project,
      spec.getNoparent() ? undefined : spec.getParenturn() || parent,
      spec.getType() || type,
      spec.getName() || name,
    );
  const given = request
    .getAliasesList()
    .map((alias) => (alias.hasSpec() ? fromSpec(alias.getSpec()!) : alias.getUrn()));
  return [...request.getAliasurnsList(), ...given];
}

/**
 * URNs that a child had when its parent had another name: the parent's aliases with the child's own type and name.
 * @param parents aliases of the parent.
 */
export function inheritedAliases(goal: Goal, parents: string[], program: Program): string[] {
  return parents.map((alias) => {
    const formerParent = nameOf(alias);
    const currentParent = goal.parent ? nameOf(goal.parent) : "";
    // A child that is named after its parent was named after the parent's former name.
    const name = goal.name.startsWith(currentParent) ? formerParent + goal.name.slice(currentParent.length) : goal.name;
    const types = qualifiedType(alias);
    return types === stackType ? goal.urn : makeUrn(program.stack, program.project, alias, goal.type, name);
  });
}

/** `index.ts:12`, relative to the program. */
export function positionOf(position: SourcePosition | undefined, directory: string): string | undefined {
  const uri = position?.getUri();
  if (!uri) return undefined;
  const path = uri.startsWith("file:") ? relative(directory, fileURLToPath(uri)) : uri.replace(/^project:\/*/, "");
  return `${path}:${position?.getLine()}`;
}
