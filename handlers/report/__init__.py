"""What was, over a time: charts of what was measured."""

from handlers.report.chart import chart

COMMANDS = (chart,)
