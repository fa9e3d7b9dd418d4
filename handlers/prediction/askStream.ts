/** Predicts the records of the table's stream by a model that has a function of its own. */
import { predictBy } from "./predictor.ts";
import { RemotePredictor } from "./remotePredictor.ts";
import { settings } from "./settings.ts";

predictBy(new RemotePredictor(settings.predictorFunction ?? ""));

export { handler } from "./predictStream.ts";
