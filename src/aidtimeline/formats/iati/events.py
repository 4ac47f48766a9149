"""What IATI files state, as events and sources: making these takes most of the time, so they are made quickly."""

from aidtimeline.codec.making import quickly
from aidtimeline.events import Observation, Participation, Project, Source, Status

new_observation = quickly(Observation)
new_participation = quickly(Participation)
new_project = quickly(Project)
new_source = quickly(Source)
new_status = quickly(Status)
