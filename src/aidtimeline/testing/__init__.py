"""For tests of code that uses aidtimeline: Hypothesis strategies for all of its values, and its laws.

    from aidtimeline.testing import check_projection

    def test_my_projection_is_lawful():
        check_projection(MyProjection())

`strategies` draws values and events, `drawnlogs` whole logs and the questions asked of them; `hardlogs` has small logs
that are hard. `laws` holds a projection to the laws of replay, `purity` to leaving states alone, `worlds` to the laws
of bounds, `oracles` to what accounts say together and to an oracle, `amendments` to the laws of corrections and
retractions; `checking` tries them all on `questions`, and makes what breaks one smaller (`shrinking`).
docs/semantics.md states these laws, with their numbers.

`conformance` is what every log promises, `durability` what every log on a disk promises, as classes of tests; `machine`
is the part that is drawn. `faults` has disks on which something goes wrong. `engines`
holds an engine to the fold.

With Hypothesis installed, `st.from_type` draws events and values as well. `pip install 'aidtimeline[testing]'` installs
it.
"""

from importlib.util import find_spec

from aidtimeline.lazily import attach_names

if find_spec("hypothesis") is None:
    raise ModuleNotFoundError(
        "aidtimeline.testing needs Hypothesis: pip install 'aidtimeline[testing]'",
        name="hypothesis",
    )

__getattr__, __dir__, __all__ = attach_names(__name__)
