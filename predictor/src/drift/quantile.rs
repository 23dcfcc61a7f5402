//! Quantiles of the chi-squared distribution, to say how large an index chance alone makes.

/// The number that a chi-squared variable of `freedom` degrees stays below with `probability` (0 to 1, exclusive); 0
/// without freedom.
#[must_use]
pub fn chi_squared(probability: f64, freedom: usize) -> f64 {
    if freedom == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 10.0 + 4.0 * freedom as f64);
    while below(high, freedom) < probability && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if below(middle, freedom) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Probability of a chi-squared variable below `x`: the regularised lower incomplete gamma function of half of each, by
/// its power series (Abramowitz and Stegun 6.5.29), whose terms are all positive.
fn below(x: f64, freedom: usize) -> f64 {
    let (a, x) = (freedom as f64 / 2.0, x / 2.0);
    if x <= 0.0 {
        return 0.0;
    }
    let (mut term, mut sum, mut step) = (1.0, 1.0, a);
    while term > sum * 1e-16 {
        step += 1.0;
        term *= x / step;
        sum += term;
    }
    (a * x.ln() - x - ln_gamma_of_next(freedom) + sum.ln()).exp()
}

/// Logarithm of gamma(freedom / 2 + 1), by its recursion from gamma(1) = 1 or gamma(1/2) = √π.
fn ln_gamma_of_next(freedom: usize) -> f64 {
    let (mut at, mut sum) = if freedom.is_multiple_of(2) { (1.0, 0.0) } else { (0.5, std::f64::consts::PI.ln() / 2.0) };
    let end = freedom as f64 / 2.0 + 1.0;
    while at + 0.5 < end {
        sum += f64::ln(at);
        at += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::chi_squared;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
        let check = |probability: f64, freedom: usize, expect: f64| {
            let found = chi_squared(probability, freedom);
            assert!((found - expect).abs() < 6e-4, "{probability} {freedom}: {found}");
        };
        check(0.99, 1, 6.635);
        check(0.99, 2, 9.210);
        check(0.99, 9, 21.666);
        check(0.999, 9, 27.877);
        check(0.95, 10, 18.307);
        check(0.99, 100, 135.807);
        assert!(chi_squared(0.99, 0).abs() < 1e-12);
    }
}
