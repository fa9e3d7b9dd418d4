import { LayerVersion } from "@pulumi/aws/lambda";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import { locateCode } from "./function/codeUpload.ts";
import { architecture } from "./function/platform.ts";
import { runtime } from "./function/python/interpreter.ts";
import { layerPackage, layerRules } from "./function/python/layer.ts";
import { shorten, stackWide } from "./naming.ts";
import { matches, validate } from "./validation.ts";

export interface PythonLayerArgs {
  /**
   * The packages that functions share: a file for pip, or a `pyproject.toml` with a `uv.lock` beside it; relative to the program.
   * @default none
   * @example "handlers/science/requirements.txt"
   */
  requirements?: string;
  /**
   * Folders of the program whose modules functions share.
   * @default []
   * @example ["handlers/lib/python"]
   */
  include?: string[];
  /**
   * What the layer is for, in the console. At most 256 characters.
   * @default none
   */
  description?: Input<string>;
}

/**
 * Packages and modules that several functions in Python share, unpacked to `/opt/python`: each function's own package stays small.
 * The same content has the same bytes on every machine; a changed one is a new version, and each function gets it.
 *
 * @example
 * const science = new PythonLayer("science", { requirements: "handlers/science/requirements.txt" });
 * new PythonFunction("forecast", { entry: "handlers/forecast/app.py", layers: [science] });
 */
export class PythonLayer extends ComponentResource {
  /** ARN of the version. */
  readonly arn: Output<string>;
  readonly version: LayerVersion;
  /** Bytes, unpacked: a function and its layers may have 250 MB. */
  readonly size: number;

  constructor(name: string, args: PythonLayerArgs, opts?: ComponentResourceOptions) {
    const { requirements, include = [] } = args;
    validate(`PythonLayer "${name}"`, [
      {
        ok: requirements !== undefined || include.length > 0,
        field: "requirements",
        value: requirements,
        allowed: "a file of the program, unless include names a folder",
      },
      matches("description", args.description, /^[\s\S]{0,256}$/, "at most 256 characters"),
      ...layerRules(args),
    ]);
    super("dsp:index:PythonLayer", name, {}, opts);
    const { path, size } = layerPackage(args);
    this.size = size;
    this.version = new LayerVersion(
      name,
      {
        layerName: layerName(name),
        ...(args.description !== undefined && { description: args.description }),
        ...locateCode(name, path, this),
        compatibleRuntimes: [runtime],
        compatibleArchitectures: [architecture],
      },
      { parent: this },
    );
    this.arn = this.version.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Layers of an account share their names. https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html */
const layerName = (name: string): string => shorten(stackWide(name).replace(/[^\w-]/g, "-"), 140);
