"""Fits the iris model with scikit-learn: reads samples and labels, and writes what train.ts makes a model of.

Standard input and output are JSON. `npm run model:train -- --python` runs it.
"""

import json
import sys

from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def main():
    given = json.load(sys.stdin)
    samples, labels = given["samples"], given["labels"]
    training, _, targets, _ = train_test_split(samples, labels, test_size=given["heldOutShare"], random_state=given["seed"])
    scaler = StandardScaler().fit(training)
    regression = LogisticRegression(tol=1e-10, max_iter=10_000).fit(scaler.transform(training), targets)
    json.dump(
        {
            "classes": [str(name) for name in regression.classes_],
            "means": scaler.mean_.tolist(),
            "deviations": scaler.scale_.tolist(),
            "weights": regression.coef_.tolist(),
            "intercepts": regression.intercept_.tolist(),
        },
        sys.stdout,
    )


main()
