"""Eastings and northings of the National Grid (EPSG:27700) to longitude and latitude (WGS 84, EPSG:4326).

Sources
-------
Ordnance Survey, *A guide to coordinate systems in Great Britain* (v3.6, 2020): annex A (ellipsoids: Airy 1830, GRS80),
annex B and C (constants of the projection; from grid to latitude and longitude), section 6.6 (Helmert transformation,
with the sign of its constants turned for OSGB36 to WGS 84).

Good to about 5 metres, as that guide says of a single Helmert transformation; OSTN15 would be better. It places a
centroid on a map. It is no survey.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin, sqrt, tan

_AIRY = (6_377_563.396, 6_356_256.909)
_WGS84 = (6_378_137.0, 6_356_752.3142)
_SCALE, _LAT0, _LON0, _E0, _N0 = 0.9996012717, radians(49), radians(-2), 400_000.0, -100_000.0
_SHIFT = (446.448, -125.157, 542.060)  # metres
_TURN = tuple(radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
_GROW = -20.4894e-6


def to_lon_lat(easting: float, northing: float) -> tuple[float, float]:
    """Longitude and latitude of a point of the National Grid, in degrees of WGS 84, to about 5 metres.

    Parameters
    ----------
    easting, northing : float
        Metres; of Great Britain, not of the Irish Grid.

    Examples
    --------
    The worked example of the guide, 651409.903 E 313177.270 N, is 52°39′27.2531″ N 1°43′4.5177″ E on OSGB36.

    >>> [round(degree, 4) for degree in to_lon_lat(651409.903, 313177.270)]
    [1.7161, 52.658]
    """
    lat, lon = grid_to_osgb36(easting, northing)
    x, y, z = _cartesian(lat, lon, *_AIRY)
    (tx, ty, tz), (rx, ry, rz), s = _SHIFT, _TURN, 1 + _GROW
    moved = (tx + s * x - rz * y + ry * z, ty + rz * x + s * y - rx * z, tz - ry * x + rx * y + s * z)
    lat, lon = _ellipsoidal(*moved, *_WGS84)
    return degrees(lon), degrees(lat)


def grid_to_osgb36(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude on OSGB36 in radians (annex C of the guide).

    Examples
    --------
    >>> lat, lon = grid_to_osgb36(651409.903, 313177.270)
    >>> round(degrees(lat), 7), round(degrees(lon), 7)
    (52.6575703, 1.7179216)
    """
    a, b = _AIRY
    af, e2, n = a * _SCALE, 1 - (b / a) ** 2, (a - b) / (a + b)
    lat, arc = _LAT0, 0.0
    while abs(northing - _N0 - arc) >= 1e-5:
        lat += (northing - _N0 - arc) / af
        arc = _meridian(lat, b, n)
    nu = af / sqrt(1 - e2 * sin(lat) ** 2)
    rho = af * (1 - e2) * (1 - e2 * sin(lat) ** 2) ** -1.5
    eta2, t, sec, d = nu / rho - 1, tan(lat), 1 / cos(lat), easting - _E0
    vii = t / (2 * rho * nu)
    viii = t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2)
    ix = t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4)
    x = sec / nu
    xi = sec / (6 * nu**3) * (nu / rho + 2 * t**2)
    xii = sec / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4)
    xiia = sec / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6)
    return (
        lat - vii * d**2 + viii * d**4 - ix * d**6,
        _LON0 + x * d - xi * d**3 + xii * d**5 - xiia * d**7,
    )


def _meridian(lat: float, b: float, n: float) -> float:
    less, more = lat - _LAT0, lat + _LAT0
    return (
        b
        * _SCALE
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * less
            - (3 * n + 3 * n**2 + 2.625 * n**3) * sin(less) * cos(more)
            + (1.875 * n**2 + 1.875 * n**3) * sin(2 * less) * cos(2 * more)
            - 35 / 24 * n**3 * sin(3 * less) * cos(3 * more)
        )
    )


def _cartesian(lat: float, lon: float, a: float, b: float) -> tuple[float, float, float]:
    e2 = 1 - (b / a) ** 2
    nu = a / sqrt(1 - e2 * sin(lat) ** 2)
    return nu * cos(lat) * cos(lon), nu * cos(lat) * sin(lon), (1 - e2) * nu * sin(lat)


def _ellipsoidal(x: float, y: float, z: float, a: float, b: float) -> tuple[float, float]:
    e2, p = 1 - (b / a) ** 2, hypot(x, y)
    lat = atan2(z, p * (1 - e2))
    for _ in range(8):  # each turn gains four digits or more
        lat = atan2(z + e2 * a / sqrt(1 - e2 * sin(lat) ** 2) * sin(lat), p)
    return lat, atan2(y, x)
