"""What the FastAPI servers accept; names and order are those of the predictor's models."""

from pydantic import BaseModel

from rows import HOUSING_NUMBERS, housing_features


class Text(BaseModel):
    text: str


class Block(BaseModel):
    longitude: float
    latitude: float
    housing_median_age: float
    total_rooms: float
    total_bedrooms: float | None = None
    population: float
    households: float
    median_income: float
    ocean_proximity: str

    def features(self):
        return housing_features([getattr(self, name) for name in HOUSING_NUMBERS], self.ocean_proximity)
