"""Who belonged to which organisation, as what: a tiny history, a day, the answer."""

from histories import WORLD, fact, given, members_on


def test_georgia_that_joined_on_some_day_of_a_month_is_a_possible_member_until_its_end(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    assert members_on(database, "1993-11-30") == {}
    assert members_on(database, "1993-12-15") == {"GE": "possible member"}
    assert members_on(database, "1993-12-31") == {"GE": "member"}
