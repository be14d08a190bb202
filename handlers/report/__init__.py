"""What was, over a time: charts of what was measured, and reports."""

from handlers.report.chart import chart
from handlers.report.report import report

COMMANDS = (chart, report)
