"""Other ways to send one alert's orders to many accounts, measured beside ours.

Each has everything warm and does less than we do: nothing is authenticated, sized, denied, booked
or looked up, and only the limit is faster.
"""
