"""How the admin looks and what it leads to: the settings of django-unfold."""

from django.templatetags.static import static

UNFOLD = {
    "SITE_TITLE": "tradeplatform",
    "SITE_HEADER": "tradeplatform",
    "SITE_SYMBOL": "candlestick_chart",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("tradeplatform/favicon.svg"),
        }
    ],
    # Real money or play money, beside every page's title.
    "ENVIRONMENT": "tradeplatform.navigation.environment",
    "DASHBOARD_CALLBACK": "tradeplatform.dashboard.add_dashboard",
    "LOGIN": {"form": "tradeplatform.login.LoginForm"},
    "ACCOUNT": {"navigation": "tradeplatform.navigation.own_pages"},
    "SIDEBAR": {"show_search": True, "navigation": "tradeplatform.navigation.sidebar"},
}
