"""Tests of the store; a package, so that they can share how engines are started and figures are made."""
