int troupe_placeholder(void);
