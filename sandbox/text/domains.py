"""Endings of domain names that clients know, beside the two-letter ones of countries.

A bare word such as `report.zip` is a link where its last part is one of these. The list is of
common endings, not of all; what is missing here is at worst not flagged as tappable.
"""

_NAMES = """
aero app art asia bank bar best bike bin biz bio blog bot build business cab cafe camp care cash
center chat city click cloud club coach codes coffee com community company computer consulting
contact cool data date deals deploy design dev diet digital direct directory dog domains edu
education email energy engineer engineering events expert exchange family fans farm finance fit
foo foundation fun fund fyi gallery game games gay global gmbh gold gov graphics green group
guide guru hair health help homes host hosting hot house how icu inc info ing ink institute int
international investments jobs kids kitchen land law legal life lighting limited link live llc
loan lol love ltd management map market marketing media meme men menu mil mobi moe money monster
movie mov museum music name net network new news ninja now observer one online ooo org page
partners party pet phd photo photography photos pics pictures pink pizza place plus porn post
press pro productions prof properties protection pub quest red rent repair report rest
restaurant review reviews rip rocks run sale save science school scot search security services
sex sexy shoes shop show site ski social software solar solutions space store stream studio
style sucks support surf swiss systems tax taxi team tech technology tel theater tienda tips
tires today tools top total tours town toys trade training travel tube university vacations
ventures vet video villas vin vip vision vodka vote voyage wang watch webcam website wiki win
wine work works world wtf xxx xyz yoga you zip zone рф онлайн рус москва сайт орг дети укр бел
қаз мкд срб мон
"""
DOMAINS = frozenset(_NAMES.split())
