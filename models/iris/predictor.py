"""Predicts irises by the multinomial logistic regression in model.json. Its contract is in docs/python.md.

Training needs scikit-learn; predicting is a sum for each class, which needs no package at all.
"""

import json
import math


def load(path):
    """Called once for each version of the model, with its file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def version(model):
    return model["version"]


def predict(model, records):
    """Called with the records of a batch: the model's features, as numbers."""
    return [predict_one(model, [record[feature] for feature in model["features"]]) for record in records]


def predict_one(model, values):
    scaling = model["scaling"]
    standardized = [
        (value - mean) / deviation
        for value, mean, deviation in zip(values, scaling["means"], scaling["deviations"], strict=True)
    ]
    scores = [
        intercept + sum(weight * value for weight, value in zip(row, standardized, strict=True))
        for row, intercept in zip(model["weights"], model["intercepts"], strict=True)
    ]
    # Relative to the largest, so that none overflows.
    exponentials = [math.exp(score - max(scores)) for score in scores]
    probabilities = [value / sum(exponentials) for value in exponentials]
    best = probabilities.index(max(probabilities))
    return {"target": model["classes"][best], "probability": probabilities[best]}
