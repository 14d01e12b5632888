"""py-fsrs's optimizer in its own environment: JSON columns (card, seconds since 1970, rating) in, parameters out."""

import json
import sys
from datetime import UTC, datetime

import torch
from fsrs import Optimizer, Rating, ReviewLog

if __name__ == "__main__":
    torch.set_num_threads(1)
    cards, seconds, ratings = json.load(sys.stdin)
    logs = [
        ReviewLog(card, Rating(rating), datetime.fromtimestamp(second, UTC), None)
        for card, second, rating in zip(cards, seconds, ratings, strict=True)
    ]
    print(json.dumps(Optimizer(logs).compute_optimal_parameters()))
