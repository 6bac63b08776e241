"""Copies the function by name, so that patching its module later changes nothing here."""

from brickgpt.stability_analysis import StabilityConfig, stability_score

LIBRARY = {
    "2": {"height": 2, "width": 4},
    "9": {"height": 1, "width": 2},
    "10": {"height": 1, "width": 1},
    "4": {"height": 1, "width": 8},
}
IDS = {(2, 4): 2, (1, 2): 9, (1, 1): 10, (1, 8): 4}


class BrickStructure:
    def __init__(self, bricks, world_dim=20):
        self.bricks = list(bricks)  # h, w, x, y, z
        self.world_dim = world_dim

    def to_json(self):
        return {
            str(number): {
                "brick_id": IDS[min(h, w), max(h, w)],
                "x": x,
                "y": y,
                "z": z,
                "ori": 1 if h > w else 0,
            }
            for number, (h, w, x, y, z) in enumerate(self.bricks, start=1)
        }

    def stability_scores(self):
        world = (self.world_dim,) * 3
        config = StabilityConfig(world_dimension=world)
        scores, *_ = stability_score(self.to_json(), LIBRARY, config)
        return scores

    def is_stable(self):
        return self.stability_scores().max() < 1

    def stable_prefix(self):
        """Roll back to before the first failing brick."""
        bricks = list(self.bricks)
        while bricks and not BrickStructure(bricks, self.world_dim).is_stable():
            scores = BrickStructure(bricks, self.world_dim).stability_scores()
            first = next(n for n, b in enumerate(bricks) if scores[b[2], b[3], b[4]] >= 1)
            bricks = bricks[:first]
        return bricks
