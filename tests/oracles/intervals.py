"""Interval results published by others, restated as numbers.

OHID, PHEindicatormethods 2.1.0, test tables (GitHub dhsc-govuk/PHEindicatormethods at 5302983f, 26 September 2025);
methods: PHE, Technical Guide: Confidence Intervals (25 May 2018); APHO, Technical Briefing 3 (2008).
Rounded to 6 decimal places.
"""

# events, confidence, lower, upper
COUNTS = (
    (65, 0.95, 50.163188, 82.849139),
    (1045, 0.95, 982.593202, 1110.331213),
    (65, 0.998, 42.880261, 94.000291),
    (10, 0.998, 2.916318, 24.193725),
    (0, 0.95, 0.0, 3.688879),
)

# numerator, denominator, confidence, lower, upper
PROPORTIONS = (
    (65, 100, 0.95, 0.552544, 0.736358),
    (1045, 5000, 0.998, 0.191794, 0.227316),
    (0.445, 1, 0.95, 0.043817, 0.933462),
    (9856, 12345, 0.95, 0.79121, 0.805364),
)

# events, population, per, confidence, lower, upper
RATES = (
    (9, 835.8835612312, 100, 0.95, 0.492338, 2.043921),  # 9 is the last count for the exact limits
    (1, 100, 100, 0.95, 0.025318, 5.571643),
    (5, 100, 100000, 0.998, 739.371732, 16454.745204),
    (10, 200, 100000, 0.95, 2393.724957, 9195.729303),
    (250, 220, 100000, 0.95, 99984.947385, 128631.144875),
)

# size, mean, standard deviation, confidence, lower, upper
MEANS = ((8, 53.704345, 20.975575257709, 0.95, 36.168325, 71.240365),)

# S. Holm's procedure as worked on Wikipedia ("Holm–Bonferroni method", example) with four tests at level 0.05:
# p = 0.01, 0.04, 0.03, 0.005 → adjusted 0.03, 0.06, 0.06, 0.02.
HOLM = ((0.01, 0.04, 0.03, 0.005), (0.03, 0.06, 0.06, 0.02))
