"""One module an event type: which element goes where. `report` holds what they share."""
