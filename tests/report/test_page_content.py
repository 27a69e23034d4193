def test_claims_in_print_count_people_ever_held(page_case, shipped):
    found = page_case.data.presets
    assert (found[0].sides, found[0].low, found[0].scope) == ("at_least", 1_200_000, "turkic")
    cards = shipped.table("reconciliation").set_index("estimate_id")
    labels = shipped.table("published").set_index("label")["estimate_id"]
    for each in found:
        assert cards.loc[labels[each.label], "measure"] == "ever held"
        assert each.low > 0
        assert (each.high > each.low) == (each.sides == "between")


def test_the_lead_names_the_leak_and_its_date(page_case):
    # Sources bbc_2022_xpf and zenz_2022_jeacs, and the window of observation kon_bbc.
    lead = page_case.data.lead
    assert "(the Xinjiang Police Files; BBC News, 24 May 2022)" in lead
    assert "in 2017-18" in lead


def test_only_figures_of_the_observed_county_say_that_they_speak_for_it(page_case):
    marked = [each for each in page_case.data.figures if "It lies in Konasheher (Shufu) county" in each.note]
    assert [each.place for each in marked] == ["Bullaqsu township, Konasheher county"]


def test_the_governments_words_are_quoted_and_named(page_case):
    found = page_case.data.quotes
    assert any("fabricated" in each.words for each in found)
    assert all(each.who.startswith("Government of China: ") for each in found)


def test_every_source_is_listed_with_its_position(page_case, shipped):
    found = page_case.data.sources
    assert len(found) == len(shipped.table("sources"))
    assert all(each.position for each in found)
    assert len(page_case.data.figures) == (shipped.table("synthesis_sources")["use"] == "yes").sum()
