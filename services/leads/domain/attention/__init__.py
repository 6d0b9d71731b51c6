"""The rules of attention: nurture, engagement, risk, voices, suggestions, the weekly three, assets."""
