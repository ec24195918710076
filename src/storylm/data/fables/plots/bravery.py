PLOTS = ()
